"""What the reports compute; numpy is imported here alone."""

import os

# Before numpy is imported: its threads wait for one another by spinning, and of chains of 200 stages, beside other sessions
# on two cores, made twenty seconds of one.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
