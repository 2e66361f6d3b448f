//! A sorted map of which a copy is one pointer, and a change copies one chunk and the list of chunks: the snapshots that
//! answers are made from share all the rest.

use std::fmt;
use std::sync::Arc;

/// Near the square root of a large ledger's assessments, so that chunks and their list are about equally long.
const MOST: usize = 128;

/// Chunks are never empty.
pub(crate) struct Chunked<K, V> {
    chunks: Arc<Vec<Chunk<K, V>>>,
}

type Chunk<K, V> = Arc<Vec<(K, V)>>;

impl<K, V> Clone for Chunked<K, V> {
    fn clone(&self) -> Self {
        Self { chunks: self.chunks.clone() }
    }
}

impl<K, V> Default for Chunked<K, V> {
    fn default() -> Self {
        Self { chunks: Arc::default() }
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Chunked<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(key, value)| (key, value))).finish()
    }
}

/// However the entries came to lie in chunks.
impl<K: PartialEq, V: PartialEq> PartialEq for Chunked<K, V> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.chunks, &other.chunks) || self.iter().eq(other.iter())
    }
}

impl<K, V> Chunked<K, V> {
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &(K, V)> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    pub(crate) fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    pub(crate) fn last(&self) -> Option<&(K, V)> {
        self.chunks.last()?.last()
    }

    /// Those that are not `below` and still `within`. Both hold for a first part of the entries and for none after it.
    pub(crate) fn range(
        &self,
        below: impl Fn(&K, &V) -> bool,
        within: impl Fn(&K, &V) -> bool,
    ) -> impl DoubleEndedIterator<Item = &(K, V)> {
        let (first, from) = self.point(below);
        let (last, to) = self.point(within);
        let chunks = self.chunks.get(first..=last).unwrap_or_default();
        let part = move |(index, chunk): (usize, &'_ Chunk<K, V>)| {
            let from = if index == 0 { from } else { 0 };
            let to = if first + index == last { to } else { chunk.len() };
            from..to.max(from)
        };
        chunks.iter().enumerate().flat_map(move |(index, chunk)| &chunk[part((index, chunk))])
    }

    /// The chunk and the place in it where the first part ends.
    fn point(&self, first_part: impl Fn(&K, &V) -> bool) -> (usize, usize) {
        let holds = |(key, value): &(K, V)| first_part(key, value);
        let chunks = self.chunks.partition_point(|chunk| holds(&chunk[0]));
        let Some(chunk) = chunks.checked_sub(1) else { return (0, 0) };
        (chunk, self.chunks[chunk].partition_point(holds))
    }
}

impl<K: Ord, V> Chunked<K, V> {
    fn place(&self, key: &K) -> Option<(usize, usize)> {
        let chunk = self.chunks.partition_point(|chunk| chunk[0].0 <= *key).checked_sub(1)?;
        let index = self.chunks[chunk].binary_search_by(|(held, _)| held.cmp(key)).ok()?;
        Some((chunk, index))
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.place(key).map(|(chunk, index)| &self.chunks[chunk][index].1)
    }
}

impl<K: Ord + Clone, V: Clone> Chunked<K, V> {
    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let (chunk, index) = self.place(key)?;
        let chunk = &mut Arc::make_mut(&mut self.chunks)[chunk];
        Some(&mut Arc::make_mut(chunk)[index].1)
    }

    pub(crate) fn insert(&mut self, key: K, value: V) {
        let chunks = Arc::make_mut(&mut self.chunks);
        let found = chunks.partition_point(|chunk| chunk[0].0 <= key).saturating_sub(1);
        let is_last = found + 1 >= chunks.len();
        let Some(chunk) = chunks.get_mut(found) else {
            return chunks.push(Arc::new(vec![(key, value)]));
        };
        match chunk.binary_search_by(|(held, _)| held.cmp(&key)) {
            Ok(index) => Arc::make_mut(chunk)[index].1 = value,
            // Most keys come in order: full chunks stay full.
            Err(MOST) if is_last => chunks.push(Arc::new(vec![(key, value)])),
            Err(index) => {
                let chunk = Arc::make_mut(chunk);
                chunk.insert(index, (key, value));
                if chunk.len() > MOST {
                    let rest = chunk.split_off(MOST / 2);
                    chunks.insert(found + 1, Arc::new(rest));
                }
            }
        }
    }

    /// What is there under a key, which begins as nothing.
    pub(crate) fn entry(&mut self, key: &K) -> &mut V
    where
        V: Default,
    {
        let place = self.place(key).or_else(|| {
            self.insert(key.clone(), V::default());
            self.place(key)
        });
        let (chunk, index) = place.expect("it was put there");
        &mut Arc::make_mut(&mut Arc::make_mut(&mut self.chunks)[chunk])[index].1
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use proptest::prelude::*;

    fn of(pairs: &[(u16, u16)]) -> (Chunked<u16, u16>, BTreeMap<u16, u16>) {
        let (mut chunked, mut plain) = (Chunked::default(), BTreeMap::new());
        for (key, value) in pairs {
            chunked.insert(*key, *value);
            plain.insert(*key, *value);
        }
        (chunked, plain)
    }

    fn pairs(map: &BTreeMap<u16, u16>) -> Vec<(u16, u16)> {
        map.iter().map(|(key, value)| (*key, *value)).collect()
    }

    proptest! {
        #[test]
        fn it_holds_what_a_plain_map_holds(
            inserted in prop::collection::vec((0..2_000_u16, any::<u16>()), 0..1_500),
            low in 0..2_100_u16,
            high in 0..2_100_u16,
        ) {
            let (chunked, plain) = of(&inserted);
            prop_assert!(chunked.iter().copied().eq(pairs(&plain)));
            prop_assert!(chunked.iter().rev().copied().eq(pairs(&plain).into_iter().rev()));
            prop_assert_eq!(chunked.last().copied(), pairs(&plain).pop());
            prop_assert!(chunked.chunks.iter().all(|chunk| (1..=MOST).contains(&chunk.len())));
            for key in (0..2_000).step_by(7) {
                prop_assert_eq!(chunked.get(&key), plain.get(&key));
            }
            let found = chunked.range(|key, _| *key < low, |key, _| *key <= high);
            let mut expected = pairs(&plain);
            expected.retain(|(key, _)| (low..=high).contains(key));
            prop_assert!(found.copied().eq(expected.iter().copied()), "{low} to {high}");
            let found = chunked.range(|key, _| *key < low, |key, _| *key <= high);
            prop_assert_eq!(found.copied().next_back(), expected.pop());
        }

        #[test]
        fn a_change_is_not_seen_in_an_earlier_copy(
            inserted in prop::collection::vec((0..600_u16, any::<u16>()), 1..600),
            later in prop::collection::vec((0..600_u16, any::<u16>()), 1..50),
        ) {
            let (mut chunked, plain) = of(&inserted);
            let earlier = chunked.clone();
            let mut changed = plain.clone();
            for (key, value) in later {
                *chunked.entry(&key) = value;
                changed.insert(key, value);
            }
            let first = inserted[0].0;
            *chunked.get_mut(&first).expect("it is there") = 7;
            changed.insert(first, 7);
            prop_assert!(earlier.iter().copied().eq(pairs(&plain)));
            prop_assert!(chunked.iter().copied().eq(pairs(&changed)));
            prop_assert!(chunked == of(&pairs(&changed)).0, "whatever the chunks");
            prop_assert_eq!(chunked == earlier, plain == changed);
        }
    }

    #[test]
    fn what_comes_in_order_fills_its_chunks() {
        let (chunked, _) = of(&(0..1_000).map(|key| (key, key)).collect::<Vec<_>>());
        assert_eq!(chunked.chunks.len(), 1_000_usize.div_ceil(MOST));
    }
}
