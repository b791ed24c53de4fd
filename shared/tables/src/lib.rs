//! Tables: rows from and to CSV and Parquet, one at a time, so that a million of them need no more memory than a few thousand.
