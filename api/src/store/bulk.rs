//! Many rows, and many ids, in one statement each. PostgreSQL parses a statement once if its text stays the same: it gets one
//! array a column, however many rows there are. SQLite gets the rows and ids one by one, which costs it nothing.

use std::fmt::Write as _;

use data_encoding::HEXLOWER;
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, DbErr, EntityTrait, IdenStatic, Iterable, ModelTrait,
    PrimaryKeyToColumn, Statement, Value,
};
use uuid::Uuid;

/// Whether a column holds one of these ids.
pub(super) fn among<C: ColumnTrait>(
    db: &impl ConnectionTrait,
    column: C,
    ids: impl IntoIterator<Item = Uuid>,
) -> SimpleExpr {
    if db.get_database_backend() != DatabaseBackend::Postgres {
        return column.is_in(ids);
    }
    let mut list = String::from("{");
    for id in ids {
        let separator = if list.len() > 1 { "," } else { "" };
        let _ = write!(list, "{separator}{id}");
    }
    list.push('}');
    let own = Expr::col(column.as_column_ref());
    in_list(own, "uuid", list)
}

/// Whether a column holds one of these words.
pub(super) fn one_of<'a, C: ColumnTrait>(
    db: &impl ConnectionTrait,
    column: C,
    words: impl IntoIterator<Item = &'a String>,
) -> Result<SimpleExpr, DbErr> {
    if db.get_database_backend() != DatabaseBackend::Postgres {
        return Ok(column.is_in(words));
    }
    let (_, list) = array(words.into_iter().map(Value::from))?;
    Ok(in_list(Expr::col(column.as_column_ref()), "text", list))
}

/// Reads the list in a subquery: PostgreSQL would read it again for every row that it looks at.
fn in_list(own: Expr, kind: &str, list: String) -> Expr {
    let sql = format!("$1 = ANY(ARRAY(SELECT unnest(CAST(CAST($2 AS text) AS {kind}[]))))");
    Expr::cust_with_exprs(sql, [own, Expr::val(list)])
}

/// Inserts rows on PostgreSQL. `overwrite`: those whose key is there already replace what is there.
pub(super) async fn insert<E>(
    db: &impl ConnectionTrait,
    rows: &[E::Model],
    overwrite: bool,
) -> Result<(), DbErr>
where
    E: EntityTrait,
    E::Model: ModelTrait<Entity = E>,
{
    let (mut columns, mut arrays, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for (column, number) in E::Column::iter().zip(1..) {
        let (kind, array) = array(rows.iter().map(|row| row.get(column)))?;
        columns.push(format!("\"{}\"", column.as_str()));
        arrays.push(format!("CAST(CAST(${number} AS text) AS {kind}[])"));
        values.push(Value::from(array));
    }
    let (table, names) = (E::default().table_name().to_owned(), columns.join(", "));
    let mut sql = format!(
        "INSERT INTO \"{table}\" ({names}) SELECT * FROM unnest({}) AS item ({names})",
        arrays.join(", ")
    );
    if overwrite {
        let keys = E::PrimaryKey::iter().map(|key| format!("\"{}\"", key.into_column().as_str()));
        let keys = keys.collect::<Vec<_>>().join(", ");
        let new = columns.iter().map(|column| format!("{column} = excluded.{column}"));
        let new = new.collect::<Vec<_>>().join(", ");
        let _ = write!(sql, " ON CONFLICT ({keys}) DO UPDATE SET {new}");
    }
    db.execute_raw(Statement::from_sql_and_values(DatabaseBackend::Postgres, sql, values)).await?;
    Ok(())
}

/// The type of the values and all of them as PostgreSQL writes an array.
fn array(values: impl Iterator<Item = Value>) -> Result<(&'static str, String), DbErr> {
    let (mut kind, mut all) = ("text", String::from("{"));
    for value in values {
        if all.len() > 1 {
            all.push(',');
        }
        let is_there;
        (kind, is_there) = write(&mut all, &value)?;
        if !is_there {
            all.push_str("NULL");
        }
    }
    all.push('}');
    Ok((kind, all))
}

/// Writes a value where it is not null. Returns its type, and whether it was there.
fn write(all: &mut String, value: &Value) -> Result<(&'static str, bool), DbErr> {
    macro_rules! plain {
        ($kind:literal, $value:ident) => {{
            if let Some(value) = $value {
                let _ = write!(all, "{value}");
            }
            ($kind, $value.is_some())
        }};
    }
    Ok(match value {
        Value::Uuid(value) => plain!("uuid", value),
        Value::BigInt(value) => plain!("bigint", value),
        Value::Int(value) => plain!("integer", value),
        Value::SmallInt(value) => plain!("smallint", value),
        Value::Bool(value) => plain!("boolean", value),
        Value::ChronoDate(value) => plain!("date", value),
        Value::Bytes(value) => {
            if let Some(bytes) = value {
                let _ = write!(all, "\"\\\\x{}\"", HEXLOWER.encode(bytes));
            }
            ("bytea", value.is_some())
        }
        Value::String(value) => {
            if let Some(text) = value {
                quote(all, text);
            }
            ("text", value.is_some())
        }
        other => return Err(DbErr::Custom(format!("no column holds a value like {other:?}"))),
    })
}

fn quote(all: &mut String, text: &str) {
    all.push('"');
    for part in text.split_inclusive(['"', '\\']) {
        match part.strip_suffix(['"', '\\']) {
            Some(before) => {
                all.push_str(before);
                all.push('\\');
                all.push_str(&part[before.len()..]);
            }
            None => all.push_str(part),
        }
    }
    all.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_are_written_as_postgresql_reads_them() {
        let texts = ["plain", "a \"quote\" and a \\", "", "NULL", "{comma, brace}"];
        let texts = texts.into_iter().map(Value::from).chain([Value::String(None)]);
        let written = r#"{"plain","a \"quote\" and a \\","","NULL","{comma, brace}",NULL}"#;
        assert_eq!(array(texts).unwrap(), ("text", written.to_owned()));
        let bytes = [Value::from(vec![0_u8, 255]), Value::Bytes(None)];
        assert_eq!(array(bytes.into_iter()).unwrap(), ("bytea", r#"{"\\x00ff",NULL}"#.to_owned()));
        let numbers = [Value::from(-1_i64), Value::BigInt(None)];
        assert_eq!(array(numbers.into_iter()).unwrap(), ("bigint", "{-1,NULL}".to_owned()));
    }
}
