"""A deal type as text, whole: TOML or JSON that a company keeps under version control and carries to another store.

What can be left out stands for its default. Read, it is clean and in one order, so that what is read and written again
is the same text.
"""
