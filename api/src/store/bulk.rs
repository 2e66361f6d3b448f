//! Many rows, and many values, in one statement. PostgreSQL parses a statement once if its text stays the same: it gets one array
//! a column, however many rows there are. SQLite gets the rows and values one by one, which costs it nothing.

use std::fmt::Write as _;

use sea_orm::sea_query::postgres_array::NotU8;
use sea_orm::sea_query::{ArrayType, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, DbErr, EntityTrait, IdenStatic, Iterable, ModelTrait,
    PrimaryKeyToColumn, Statement, Value,
};

/// Whether a column holds one of these values.
pub(super) fn among<C: ColumnTrait, V: Into<Value> + NotU8>(
    db: &impl ConnectionTrait,
    column: C,
    values: impl IntoIterator<Item = V>,
) -> SimpleExpr {
    match db.get_database_backend() {
        DatabaseBackend::Postgres => column.eq_any(values),
        _ => column.is_in(values),
    }
}

/// Rows of many tables for PostgreSQL, which inserts them in one statement and looks up what they name at its end.
#[derive(Debug, Default)]
pub(super) struct Inserts {
    of_tables: Vec<String>,
    values: Vec<Value>,
}

impl Inserts {
    /// `overwrite`: rows whose key is there already replace what is there.
    pub(super) fn add<E>(&mut self, rows: &[E::Model], overwrite: bool) -> Result<(), DbErr>
    where
        E: EntityTrait,
        E::Model: ModelTrait<Entity = E>,
    {
        let (mut names, mut read, mut arrays) = (Vec::new(), Vec::new(), Vec::new());
        for column in E::Column::iter() {
            let name = column.as_str();
            let mut values: Vec<Value> = rows.iter().map(|row| row.get(column)).collect();
            let is_there: Vec<bool> = values.iter().map(Value::is_some).collect();
            // Where no row has a value, null is what it gets by itself.
            if !is_there.contains(&true) {
                continue;
            }
            names.push(format!("\"{name}\""));
            // Arrays are sent without nulls.
            if is_there.contains(&false) {
                values = values
                    .iter()
                    .map(|value| if value.is_some() { value.clone() } else { value.dummy_value() })
                    .collect();
                arrays.push(
                    self.array(&format!("has {name}"), is_there.into_iter().map(Value::from).collect())?,
                );
                read.push(format!("CASE WHEN \"has {name}\" THEN \"{name}\" END"));
            } else {
                read.push(format!("\"{name}\""));
            }
            arrays.push(self.array(name, values)?);
        }
        let (table, columns) = (E::default().table_name().to_owned(), names.join(", "));
        let (read, arrays) = (read.join(", "), arrays.join(", "));
        let mut sql =
            format!("INSERT INTO \"{table}\" ({columns}) SELECT {read} FROM (SELECT {arrays}) AS item");
        if overwrite {
            let keys = E::PrimaryKey::iter().map(|key| format!("\"{}\"", key.into_column().as_str()));
            let keys = keys.collect::<Vec<_>>().join(", ");
            let new = E::Column::iter().map(|column| format!("\"{0}\" = excluded.\"{0}\"", column.as_str()));
            let new = new.collect::<Vec<_>>().join(", ");
            let _ = write!(sql, " ON CONFLICT ({keys}) DO UPDATE SET {new}");
        }
        self.of_tables.push(sql);
        Ok(())
    }

    /// One column of the rows.
    fn array(&mut self, name: &str, values: Vec<Value>) -> Result<String, DbErr> {
        let of = values.first().map_or(ArrayType::String, Value::array_type);
        let kind = match of {
            ArrayType::Uuid => "uuid",
            ArrayType::BigInt => "bigint",
            ArrayType::Int => "integer",
            ArrayType::SmallInt => "smallint",
            ArrayType::Bool => "boolean",
            ArrayType::ChronoDate => "date",
            ArrayType::Bytes => "bytea",
            ArrayType::String => "text",
            other => return Err(DbErr::Custom(format!("no column holds {other:?}"))),
        };
        self.values.push(Value::Array(of, Some(Box::new(values))));
        Ok(format!("unnest(CAST(${} AS {kind}[])) AS \"{name}\"", self.values.len()))
    }

    pub(super) async fn execute(self, db: &impl ConnectionTrait) -> Result<(), DbErr> {
        let Some((last, before)) = self.of_tables.split_last() else { return Ok(()) };
        let mut sql = String::new();
        for (number, insert) in before.iter().enumerate() {
            let with = if number == 0 { "WITH" } else { "," };
            let _ = write!(sql, "{with} part{number} AS ({insert}) ");
        }
        sql.push_str(last);
        db.execute_raw(Statement::from_sql_and_values(DatabaseBackend::Postgres, sql, self.values)).await?;
        Ok(())
    }
}
