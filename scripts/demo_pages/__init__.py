"""Each live figure of the notebooks alone on a page; `scripts/demos.py` is the command.

calls     where the notebooks call a live figure, and what the call depends on
record    runs a notebook up to such a call and stores the call's arguments
show      what a page does: the same call, from the stored arguments, drawn sharper
kernels   one started kernel in reserve, so that a page opens in a second or two
"""
