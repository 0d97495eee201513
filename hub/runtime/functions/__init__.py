"""One module for each Lambda function: parse, wire, call, report.

Nobody looks for garbage while a function starts: all that is imported stays, and looking through it
is a tenth of the CPU time of a cold start. Each module puts what it imported aside for good, and
lets the search begin.
"""

import gc

gc.disable()
