"""The baseline folder of a programme: read it, check it like a compiler, append to it, propose one.

`check` gives the baseline and all problems; `read` the baseline or BaselineError; `append_revision` makes the next version; `drift` and `at_version` look
back. What stands in the files is described in `monitor help baseline`.
"""

from monitor.baseline.append import append_revision
from monitor.baseline.check import Checked, check, read
from monitor.baseline.folder import folder_digest, known_programmes, programme_folder, programme_ids
from monitor.baseline.history import Drift, apply, at_version, drift

__all__ = [
    "Checked",
    "Drift",
    "append_revision",
    "apply",
    "at_version",
    "check",
    "drift",
    "folder_digest",
    "known_programmes",
    "programme_folder",
    "programme_ids",
    "read",
]
