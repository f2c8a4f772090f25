-- The installation's own log: which id its rows have in the tables of logs. One row; the log is no organisation's.
CREATE TABLE platform_log (
    org_id uuid PRIMARY KEY
);
