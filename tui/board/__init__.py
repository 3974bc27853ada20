"""The board. What is here can be known without importing Textual."""

NARROWEST = 24  # cells of a column
