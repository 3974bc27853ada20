"""Estimators over plain numbers (semantics §4). Pure: no store, no clock."""
