//! Connections: pages of 1 to 100 nodes with keyset cursors. A cursor binds the list, its filter and the position it
//! was made at, so a page after it is a page of the same list.

use async_graphql::connection::{Connection, CursorType, Edge};
use async_graphql::{ObjectType, OutputType, SimpleObject};
use data_encoding::BASE64URL_NOPAD;
use domain::ledger::{Hash, Position};
use domain::lens::{AsOf, Knowledge, Lens};

use super::context::Asker;
use crate::error::Error;

pub(super) const MOST: usize = 100;

/// How much of a list there is.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct Total {
    /// Nodes in all pages together that this viewer may see.
    pub total_count: usize,
}

pub(super) type Page<T> = Connection<Cursor, T, Total>;

/// A page of a list that says more about itself than how long it is.
pub(super) type PageWith<T, E> = Connection<Cursor, T, E>;

/// Which page of a list is wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    pub(super) first: Option<i32>,
    pub(super) after: Option<String>,
    pub(super) last: Option<i32>,
    pub(super) before: Option<String>,
}

/// The list a cursor belongs to, the position it was made at, and the key of its node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    list: [u8; 8],
    position: u64,
    key: String,
}

impl CursorType for Cursor {
    type Error = &'static str;

    fn decode_cursor(text: &str) -> Result<Self, Self::Error> {
        let bad = "this is no cursor of this list";
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| bad)?;
        let (list, rest) = bytes.split_first_chunk::<8>().ok_or(bad)?;
        let (position, key) = rest.split_first_chunk::<8>().ok_or(bad)?;
        let key = String::from_utf8(key.to_vec()).map_err(|_| bad)?;
        Ok(Self { list: *list, position: u64::from_be_bytes(*position), key })
    }

    fn encode_cursor(&self) -> String {
        let bytes = [&self.list[..], &self.position.to_be_bytes(), self.key.as_bytes()].concat();
        BASE64URL_NOPAD.encode(&bytes)
    }
}

impl Window {
    /// The lens through which the list is read: that at which the window's cursors were made, else this one.
    pub(super) async fn lens(&self, asker: &Asker, lens: Lens) -> Result<Lens, Error> {
        let Some(text) = self.after.as_ref().or(self.before.as_ref()) else { return Ok(lens) };
        let known = Knowledge::Position(Position(decode(text)?.position));
        asker.lens_as_of(AsOf { on: Some(lens.moment().on), known }).await
    }

    fn size(&self) -> Result<usize, Error> {
        let bad = |why: &str| Err(Error::BadRequest(why.to_owned()));
        match (self.first, self.last) {
            (Some(_), Some(_)) => bad("first and last exclude each other: send one of them"),
            (None, None) => Ok(MOST),
            (Some(size), None) | (None, Some(size)) => match usize::try_from(size) {
                Ok(size @ 1..=MOST) => Ok(size),
                _ => bad("first and last take 1 to 100"),
            },
        }
    }

    /// Whether the page is the same, its total aside, when nothing follows these first nodes of the list.
    pub(super) fn is_filled_by<N>(&self, nodes: &[N], key_of: impl Fn(&N) -> String) -> bool {
        let after = self.after.as_deref().map(decode).transpose();
        let (None, None, Ok(after), Ok(size)) = (self.last, &self.before, after, self.size()) else {
            return false;
        };
        let start = after.map_or(0, |after| nodes.partition_point(|node| key_of(node) <= after.key));
        nodes.len() - start > size
    }

    /// The page of a list whose nodes stand in order of their keys. `list` names the list and its filter.
    pub(super) fn of<T: OutputType>(
        &self,
        list: &str,
        position: Position,
        nodes: Vec<(String, T)>,
    ) -> Result<Page<T>, Error> {
        self.of_made(list, position, nodes, |nodes| nodes)
    }

    /// Only the nodes of the page are made, together.
    pub(super) fn of_made<N, T: OutputType>(
        &self,
        list: &str,
        position: Position,
        nodes: Vec<(String, N)>,
        make: impl FnOnce(Vec<N>) -> Vec<T>,
    ) -> Result<Page<T>, Error> {
        self.of_with(list, position, nodes, make, |total_count| Total { total_count })
    }

    /// `more` is told how many nodes there are in all.
    pub(super) fn of_with<N, T: OutputType, E: ObjectType>(
        &self,
        list: &str,
        position: Position,
        nodes: Vec<(String, N)>,
        make: impl FnOnce(Vec<N>) -> Vec<T>,
        more: impl FnOnce(usize) -> E,
    ) -> Result<PageWith<T, E>, Error> {
        let make = |page: Vec<(String, N)>| make(page.into_iter().map(|(_, node)| node).collect());
        self.of_keyed(list, position, nodes, |(key, _)| key.clone(), make, more)
    }

    /// Of many nodes, in order of their keys: only the keys of the page are made, and those that a cursor is looked up by.
    pub(super) fn of_keyed<N, T: OutputType, E: ObjectType>(
        &self,
        list: &str,
        position: Position,
        nodes: Vec<N>,
        key_of: impl Fn(&N) -> String,
        make: impl FnOnce(Vec<N>) -> Vec<T>,
        more: impl FnOnce(usize) -> E,
    ) -> Result<PageWith<T, E>, Error> {
        let size = self.size()?;
        let mut digest = [0; 8];
        digest.copy_from_slice(&Hash::of(list.as_bytes()).0[..8]);
        let total_count = nodes.len();
        let bound = |cursor: &Option<String>| match cursor.as_deref().map(decode).transpose()? {
            Some(cursor) if cursor.list != digest || cursor.position != position.0 => {
                Err(Error::BadRequest("this cursor belongs to another list, filter or moment".to_owned()))
            }
            cursor => Ok(cursor.map(|cursor| cursor.key)),
        };
        let (after, before) = (bound(&self.after)?, bound(&self.before)?);
        let start = after.map_or(0, |after| nodes.partition_point(|node| key_of(node) <= after));
        let end = before.map_or(total_count, |before| nodes.partition_point(|node| key_of(node) < before));
        let end = end.max(start);
        let (from, to) = match self.last {
            Some(_) => (end.saturating_sub(size).max(start), end),
            None => (start, end.min(start + size)),
        };
        let mut page = Connection::with_additional_fields(from > 0, to < total_count, more(total_count));
        let shown: Vec<_> = nodes.into_iter().skip(from).take(to - from).collect();
        let keys: Vec<_> = shown.iter().map(key_of).collect();
        let cursor = |key| Cursor { list: digest, position: position.0, key };
        let edges = keys.into_iter().zip(make(shown)).map(|(key, node)| Edge::new(cursor(key), node));
        page.edges.extend(edges);
        Ok(page)
    }
}

fn decode(text: &str) -> Result<Cursor, Error> {
    Cursor::decode_cursor(text).map_err(|why| Error::BadRequest(why.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(window: &Window) -> Result<Vec<i32>, Error> {
        let nodes = (0..10).map(|i| (format!("{i:02}"), i)).collect();
        Ok(window.of("list", Position(3), nodes)?.edges.iter().map(|edge| edge.node).collect())
    }

    #[test]
    fn pages_follow_each_other_in_both_directions_without_gap_or_overlap() {
        let cursor = |key: &str| {
            let mut list = [0; 8];
            list.copy_from_slice(&Hash::of(b"list").0[..8]);
            Some(Cursor { list, position: 3, key: key.to_owned() }.encode_cursor())
        };
        let window = Window { first: Some(4), ..Window::default() };
        assert_eq!(page(&window).unwrap(), [0, 1, 2, 3]);
        assert_eq!(page(&Window { after: cursor("03"), ..window.clone() }).unwrap(), [4, 5, 6, 7]);
        assert_eq!(page(&Window { after: cursor("07"), ..window.clone() }).unwrap(), [8, 9]);
        let back = Window { last: Some(4), before: cursor("08"), ..Window::default() };
        assert_eq!(page(&back).unwrap(), [4, 5, 6, 7]);
    }

    #[test]
    fn sizes_outside_1_to_100_and_foreign_cursors_are_refused() {
        for size in [-1, 0, 101] {
            assert!(page(&Window { first: Some(size), ..Window::default() }).is_err(), "{size}");
        }
        let foreign = Cursor { list: [1; 8], position: 3, key: "01".into() }.encode_cursor();
        assert!(page(&Window { after: Some(foreign), ..Window::default() }).is_err());
        assert!(page(&Window { after: Some("?".into()), ..Window::default() }).is_err());
    }
}
