"""The speed benchmark: `python -m bench`, or `make bench`. Ratios side by side in one run; results in RESULTS.md."""
