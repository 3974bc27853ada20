"""The command line: thin calls of the commands and views that the screens use."""
