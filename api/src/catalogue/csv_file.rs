//! Rows of a CSV file with their places, and the kinds of value that stand in them.

use chrono::NaiveDate;
use serde::de::DeserializeOwned;

use super::{Place, Problems};

/// The rows of a file that has exactly these columns, in any order.
pub(super) fn rows<T: DeserializeOwned>(
    file: &'static str,
    text: &str,
    columns: &[&str],
    problems: &mut Problems,
) -> Vec<(Place<'static>, T)> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().expect("the text is in memory and UTF-8").clone();
    if !is_header(&header, columns, Place { file, line: 1 }, problems) {
        return Vec::new();
    }
    let mut rows = Vec::new();
    for record in reader.into_records() {
        let record = record.expect("the text is in memory and UTF-8");
        let place = place_of(&record, file, text);
        match record.len() {
            length if length == columns.len() => {
                let row = record.deserialize(Some(&header));
                rows.extend(problems.value_of(place, "", row).map(|row| (place, row)));
            }
            length if length < columns.len() => {
                let why = format!("the row has {length} of {} columns", columns.len());
                problems.add(place, &header[length], why);
            }
            length => {
                problems.add(place, "", format!("the row has {length} values for {} columns", columns.len()));
            }
        }
    }
    rows
}

fn is_header(
    header: &csv::StringRecord,
    columns: &[&str],
    place: Place<'_>,
    problems: &mut Problems,
) -> bool {
    let before = problems.0.len();
    for column in columns {
        match header.iter().filter(|name| name == column).count() {
            1 => {}
            0 => problems.add(place, column, "the column is missing"),
            times => problems.add(place, column, format!("the column is there {times} times")),
        }
    }
    for name in header.iter().filter(|name| !columns.contains(name)) {
        let why = format!("no such column; the columns are {}", columns.join(", "));
        problems.add(place, name, why);
    }
    problems.0.len() == before
}

/// The reader's own line is wrong after a blank line or a carriage return, its byte is not.
fn place_of(record: &csv::StringRecord, file: &'static str, text: &str) -> Place<'static> {
    let position = record.position().expect("a record that was read has a position");
    let start = usize::try_from(position.byte()).expect("the text is in memory");
    let line_ends = text[start..].bytes().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    Place::at_byte(file, text, start + line_ends)
}

pub(super) fn ods_code(text: &str) -> Result<String, String> {
    let good = matches!(text.len(), 3 | 5)
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if good {
        Ok(text.to_owned())
    } else {
        Err(format!("\"{text}\" is not 3 or 5 capital letters or digits"))
    }
}

pub(super) fn ons_code(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix('E').unwrap_or_default();
    let good = digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if good { Ok(text.to_owned()) } else { Err(format!("\"{text}\" is not E and 8 digits")) }
}

pub(super) fn day(text: &str) -> Result<NaiveDate, String> {
    let has_one_spelling = |day: &NaiveDate| text.len() == 10 && day.to_string() == text;
    let day = text.parse().ok().filter(has_one_spelling);
    day.ok_or_else(|| format!("\"{text}\" is not a date such as 2022-07-01"))
}

/// `None` where the cell is empty.
pub(super) fn number(text: &str) -> Result<Option<u64>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.parse().ok().filter(|number| *number > 0);
    number.map(Some).ok_or_else(|| format!("\"{text}\" is not a whole number from 1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Pair {
        a: String,
        b: String,
    }

    fn read(text: &str) -> (Vec<(usize, String)>, String) {
        let mut problems = Problems::default();
        let rows = rows::<Pair>("pairs.csv", text, &["a", "b"], &mut problems);
        (rows.into_iter().map(|(place, pair)| (place.line, pair.a + &pair.b)).collect(), problems.to_string())
    }

    #[test]
    fn a_row_knows_its_line_after_blank_lines_line_breaks_in_quotes_and_carriage_returns() {
        for text in ["b,a\n1,2\n\n3,\"4\n5\"\n6,7\n", "b,a\r\n1,2\r\n\r\n3,\"4\n5\"\r\n6,7"] {
            let rows = [(2, "21".to_owned()), (4, "4\n53".to_owned()), (6, "76".to_owned())];
            assert_eq!(read(text), (rows.into(), String::new()));
        }
    }

    #[test]
    fn a_file_that_is_no_table_of_these_columns_is_refused() {
        for (text, problem) in [
            ("", "pairs.csv:1: field a: the column is missing\npairs.csv:1: field b: the column is missing"),
            ("a\n1", "pairs.csv:1: field b: the column is missing"),
            ("a,b,c\n1,2,3", "pairs.csv:1: field c: no such column; the columns are a, b"),
            ("a,b,b\n1,2,3", "pairs.csv:1: field b: the column is there 2 times"),
            ("b,a\n1\n2,3", "pairs.csv:2: field a: the row has 1 of 2 columns"),
            ("a,b\n1,2\n3,4,5", "pairs.csv:3: the row has 3 values for 2 columns"),
        ] {
            assert_eq!(read(text).1, problem, "{text}");
        }
    }

    #[test]
    fn codes_days_and_numbers_have_one_spelling() {
        for wrong in ["", "QE", "QE11", "qe1", "QE1 ", "Q-1", "D7T5G1"] {
            assert!(ods_code(wrong).is_err(), "{wrong}");
        }
        assert!(ods_code("QE1").is_ok() && ods_code("D7T5G").is_ok());
        for wrong in ["", "E5400004", "E540000480", "W54000048", "e54000048", "E5400004X"] {
            assert!(ons_code(wrong).is_err(), "{wrong}");
        }
        assert!(ons_code("E54000048").is_ok());
        for wrong in ["", "2022-7-1", "2022-02-30", "01/07/2022", "2022-07-01 ", "+12022-7-1"] {
            assert!(day(wrong).is_err(), "{wrong}");
        }
        assert_eq!(day("2024-02-29"), Ok(NaiveDate::from_ymd_opt(2024, 2, 29).expect("a leap day")));
        assert_eq!((number(""), number("12")), (Ok(None), Ok(Some(12))));
        assert!(number("0").is_err() && number("-1").is_err() && number("1.5").is_err());
    }
}
