"""One module for each Lambda function: its settings, its clients, and the call of one function.

`assemble` connects what the handler needs, once in an execution environment.

Garbage collection is off during the cold start. All imports stay in memory, and collecting them
takes a tenth of the CPU time of a cold start. Each module freezes its imports and then turns the
collector on.
"""

import gc

gc.disable()
