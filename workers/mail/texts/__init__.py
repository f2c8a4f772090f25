"""One file per sort of reminder: `write(about) -> Text`, plain English that says what to do."""
