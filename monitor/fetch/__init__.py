"""Fetching the public web, politely and safely: `Fetcher.fetch` turns a source into a capture or raises why not.

limits.py      what a look may cost, and the one line of a failure       addresses.py   where a fetch may go
deadline.py    one clock over a whole look                               wire.py        the sockets under httpx, pinned and bounded
politeness.py  one request at a time per host                            line.py        one request and its answer
body.py        the bytes, unpacked with a bound                          answers.py     what status and headers mean
robots.py      who may be asked for what (RFC 9309)                      client.py      the look itself
"""

from monitor.fetch.client import Fetcher, fetcher_of
from monitor.fetch.limits import FetchLimits, FetchStoppedError, Validators

__all__ = ["FetchLimits", "FetchStoppedError", "Fetcher", "Validators", "fetcher_of"]
