"""Taking over an organisation's own records: a roster (CSV) and a history (one JSON fact per line).

Read:     text (bytes to text), csvfile, ndjson, columns, dates, addresses, cells
Judge:    verdicts (a row's verdict, a whole plan), entries (limits of texts), directory (what is already
known),
          people, programmes, matching (same relationship or not)
Plan:     roster (rows to facts), factlines and chains (whose life a fact belongs to), history (facts to
events) Carry out: batch (preview, commit, undo) Everything but `batch` is pure.
"""
