"""Files for others: the roster of a programme, in the columns that the import reads."""
