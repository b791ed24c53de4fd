use std::fs;
use std::path::{Path, PathBuf};

use super::*;

const COLUMNS: [(&str, Kind); 3] = [("Id", Kind::Text), ("Name", Kind::Text), ("NumberOfEmployees", Kind::Whole)];

fn file(folder: &tempfile::TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path
}

/// Every row as texts, or what is said of it.
fn read(path: &Path) -> Vec<Result<Vec<String>, String>> {
    let mut rows = Rows::open(path, |_| true).unwrap();
    let count = rows.columns().len();
    let mut found = Vec::new();
    while let Some(next) = rows.next().unwrap() {
        found.push(match next {
            Next::Row(row) => Ok(row.texts(count)),
            Next::Bad(bad) => {
                Err(format!("{} {}: {} ({})", bad.place, bad.column.unwrap_or_default(), bad.why, bad.cells.join("|")))
            }
        });
    }
    found
}

fn write(path: &Path, rows: u64) {
    let mut table = TableWriter::create(path, &COLUMNS).unwrap();
    for row in 0..rows {
        let id = format!("001{row:012}");
        let name = format!("Müller \"{row}\", \n GmbH");
        let employees = if row % 3 == 0 { Cell::Empty } else { Cell::Whole(i64::try_from(row).unwrap()) };
        let name = if row % 5 == 0 { Cell::Empty } else { Cell::Text(&name) };
        table.write(&[Cell::Text(&id), name, employees]).unwrap();
    }
    assert_eq!(table.finish().unwrap(), rows);
}

#[test]
fn what_is_written_is_read_again_in_both_formats_over_many_row_groups() {
    let folder = tempfile::tempdir().unwrap();
    let (csv, parquet) = (folder.path().join("a.csv"), folder.path().join("a.parquet"));
    write(&csv, 140_001);
    write(&parquet, 140_001);
    let (from_csv, from_parquet) = (read(&csv), read(&parquet));
    assert_eq!(from_csv.len(), 140_001);
    assert!(from_csv == from_parquet);
    assert_eq!(from_csv[4], Ok(vec!["001000000000004".into(), "Müller \"4\", \n GmbH".into(), "4".into()]));
    assert_eq!(from_csv[0], Ok(vec!["001000000000000".into(), String::new(), String::new()]));
    assert!(!folder.path().join("a.parquet.new").exists());
}

#[test]
fn an_unfinished_table_does_not_stand_under_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let mut table = TableWriter::create(&path, &COLUMNS).unwrap();
    table.write(&[Cell::Text("x")]).unwrap();
    drop(table);
    assert!(!path.exists());
}

#[test]
fn only_wanted_columns_are_read_from_parquet_and_their_number_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    write(&path, 10);
    let mut rows = Rows::open(&path, |name| name == "NumberOfEmployees").unwrap();
    assert_eq!((rows.columns(), rows.total()), (["NumberOfEmployees".to_owned()].as_slice(), Some(10)));
    let mut sum = 0;
    while let Some(Next::Row(row)) = rows.next().unwrap() {
        sum += row.cell(0).whole().unwrap().unwrap_or(0);
    }
    assert_eq!(sum, 1 + 2 + 4 + 5 + 7 + 8);
}

#[test]
fn a_row_that_cannot_be_read_is_told_with_its_line_and_the_next_one_follows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    fs::write(&path, b"Id,Name\n1,\"Two\nlines\"\n2,too,long\n3,M\xfcller\n4,\n").unwrap();
    assert_eq!(
        read(&path),
        [
            Ok(vec!["1".to_owned(), "Two\nlines".to_owned()]),
            Err("line 4 : it has 3 values, the header names 2 columns (2|too|long)".to_owned()),
            Err("line 5 Name: it is no UTF-8: save the file as UTF-8 (3|M\u{fffd}ller)".to_owned()),
            Ok(vec!["4".to_owned(), String::new()]),
        ]
    );
}

#[test]
fn a_file_that_is_no_table_is_refused_with_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let said = |path: PathBuf| Rows::open(&path, |_| true).err().unwrap().to_string();
    assert!(said(file(&folder, "a.xlsx", "")).ends_with("tables end in .csv or .parquet"));
    assert!(said(file(&folder, "b.csv", "")).contains("no header"));
    assert!(said(file(&folder, "c.csv", "Id,Name,Id\n")).contains("`Id` stands twice"));
    assert!(said(file(&folder, "d.parquet", "PAR1 but no more")).contains("d.parquet: "));
    assert!(said(folder.path().join("none.csv")).contains("none.csv: No such file"));
}

#[test]
fn numbers_are_read_as_people_and_programs_write_them() {
    for (cell, number) in [
        (Cell::Text(" 240 "), Ok(Some(240))),
        (Cell::Text("1200.0"), Ok(Some(1200))),
        (Cell::Fraction(1200.0), Ok(Some(1200))),
        (Cell::Text(""), Ok(None)),
        (Cell::Empty, Ok(None)),
        (Cell::Text("many"), Err(NotWhole("many".into()))),
        (Cell::Text("12.5"), Err(NotWhole("12.5".into()))),
        (Cell::Fraction(1e300), Err(NotWhole(1e300.to_string()))),
    ] {
        assert_eq!(cell.whole(), number, "{cell:?}");
    }
}
