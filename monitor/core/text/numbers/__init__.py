"""Numbers as people write them, in digits and words, with their scale and written precision.

    "1,5 Mrd."          1500000000, precision 1E+8         (de)      "1.500 milioni"        1500000000, precision 1E+8   (it)
    "1.5"               1.5, precision 0.1                 (en)      "dos mil millones"     2000000000                   (es)
    "half a billion"    500000000                          (en)      "several hundred million"  between 2E+8 and 1E+9, vague

`find_numbers` gives every number of a text once (money, counts and others share the result), `fold` the text all offsets refer to, `write_number` the way back.
"""

from monitor.core.text.numbers.digits import Digits, precision_of, read_digits
from monitor.core.text.numbers.find import Number, find_numbers
from monitor.core.text.numbers.fold import fold
from monitor.core.text.numbers.spans import Taken
from monitor.core.text.numbers.vocabulary import Vocabulary, vocabulary
from monitor.core.text.numbers.write import write_number

__all__ = [
    "Digits",
    "Number",
    "Taken",
    "Vocabulary",
    "find_numbers",
    "fold",
    "precision_of",
    "read_digits",
    "vocabulary",
    "write_number",
]
