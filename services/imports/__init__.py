"""Taking over an organisation's own records: a roster (CSV) and a history (one JSON fact per line).

Read: text (bytes to text), csvfile, ndjson, columns, dates, addresses, cells.
Judge: verdicts (of a row, of a file), entries (limits), known and directory (what is there already), people,
programmes, matching (is it the same relationship?), keys (names to compare, ids that stay the same).
Plan: rosterrows and roster (rows to facts); factdetails, factlines, chains (whose life a fact belongs to),
factevents and history (facts to events).
Carry out: batch (preview, commit) and undo. Everything else is pure.
"""
