"""Plain values that know nothing of the store: errors, words, instants, durations, money, safe text."""
