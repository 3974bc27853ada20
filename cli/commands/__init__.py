"""The commands, a module for each kind; imported when one is called."""
