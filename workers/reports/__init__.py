"""Audit reports: figures with the positions of the events behind each, as a page and as JSON.

periods: which period was finished last. material: the events, read from the log. pair: one relationship at the end of
the period. figures: what is counted, and from which events. build: the whole report, a pure function. render: its two
forms. produce: store and record one. schedule: what is to be made now.
"""
