"""One module for each Lambda function: parse, wire, call, report.

Nobody looks for garbage while a function starts: all that is imported stays, and looking through it
is a fifteenth of the CPU time of a cold start. Each module lets it begin when it has its imports.
"""

import gc

gc.disable()
