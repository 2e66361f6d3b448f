//! Fields that need nobody to be waited for. Where all that is asked of a value is plain, it is written out at once: what
//! is asked is planned once, and every value of a list is written by the same plan. Where anything of it is not plain, the
//! library resolves the value field by field, and the answer is the same.

use std::collections::HashMap;

use async_graphql::parser::types::{Field, FragmentDefinition, Selection, SelectionSet};
use async_graphql::registry::{MetaType, Registry};
use async_graphql::{ContextSelectionSet, ID, Name, OutputType, Positioned, ServerResult, Value};

use super::json::Json;
use super::null::LongestAnswer;

/// What can be written at once. `Plan`: what is asked of it.
pub(super) trait Plain {
    type Plan: Send + Sync;

    /// None where it takes a resolver to tell.
    fn plan(asked: &Asked<'_>) -> Option<Self::Plan>;

    fn write(&self, plan: &Self::Plan, json: &mut Json);
}

/// Data of a request in which a field of objects stands twice under one name: the library has to put the two together.
pub struct HasTwins;

/// A value that is written at once where it can be.
pub struct Fast<T>(pub(super) T);

impl<T: OutputType + Plain> OutputType for Fast<T> {
    fn type_name() -> std::borrow::Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        match written(&self.0, ctx) {
            Some(text) => Ok(Value::Binary(text.into())),
            None => self.0.resolve(ctx, field).await,
        }
    }
}

fn written<T: Plain>(value: &T, ctx: &ContextSelectionSet<'_>) -> Option<Vec<u8>> {
    if ctx.data_opt::<HasTwins>().is_some() {
        return None;
    }
    let plan = T::plan(&Asked::of(ctx))?;
    let mut json = Json::up_to(ctx.data_opt::<LongestAnswer>().map_or(usize::MAX, |longest| longest.0.most));
    value.write(&plan, &mut json);
    json.finish()
}

/// What is asked of a value: selections that are taken together.
pub(super) struct Asked<'a> {
    sets: Vec<&'a SelectionSet>,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    registry: &'a Registry,
}

/// One field of it.
pub(super) struct Wanted<'a> {
    name: &'a str,
    key: &'a str,
    has_arguments: bool,
    asked: Asked<'a>,
}

impl<'a> Asked<'a> {
    fn of(ctx: &ContextSelectionSet<'a>) -> Self {
        let registry = &ctx.schema_env.registry;
        Self { sets: vec![&ctx.item.node], fragments: &ctx.query_env.fragments, registry }
    }

    /// The fields that are asked of an object of this type, each once, in order.
    fn fields(&self, of: &str) -> Option<Vec<Wanted<'a>>> {
        let mut fields = Vec::new();
        self.sets.iter().try_for_each(|set| self.collect(set, of, &mut fields))?;
        Some(fields)
    }

    fn collect(&self, set: &'a SelectionSet, of: &str, fields: &mut Vec<Wanted<'a>>) -> Option<()> {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => self.add(&field.node, fields),
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref().map(|on| on.node.on.node.as_str());
                    if on.map_or(Some(true), |on| self.applies(on, of))? {
                        self.collect(&fragment.node.selection_set.node, of, fields)?;
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = &self.fragments.get(&spread.node.fragment_name.node)?.node;
                    if self.applies(fragment.type_condition.node.on.node.as_str(), of)? {
                        self.collect(&fragment.selection_set.node, of, fields)?;
                    }
                }
            }
        }
        Some(())
    }

    fn add(&self, field: &'a Field, fields: &mut Vec<Wanted<'a>>) {
        let key = field.response_key().node.as_str();
        let set = &field.selection_set.node;
        match fields.iter_mut().find(|known| known.key == key) {
            Some(twin) => twin.asked.sets.push(set),
            None => fields.push(Wanted {
                name: &field.name.node,
                key,
                has_arguments: !field.arguments.is_empty(),
                asked: Asked { sets: vec![set], ..*self },
            }),
        }
    }

    /// Whether what is asked on a type is asked of an object of another. None of a union: who is in it is not looked up.
    fn applies(&self, on: &str, of: &str) -> Option<bool> {
        if matches!(self.registry.types.get(on), Some(MetaType::Union { .. })) {
            return None;
        }
        Some(on == of || self.registry.implements.get(of).is_some_and(|interfaces| interfaces.contains(on)))
    }
}

impl Wanted<'_> {
    /// `name`: as it is called in Rust.
    pub(super) fn is(&self, name: &str) -> bool {
        let mut letters = self.name.bytes();
        let mut up = false;
        let same = name.bytes().all(|letter| {
            if letter == b'_' {
                up = true;
                return true;
            }
            let expected = if up { letter.to_ascii_uppercase() } else { letter };
            up = false;
            letters.next() == Some(expected)
        });
        same && letters.next().is_none() && !self.has_arguments
    }

    pub(super) fn asked(&self) -> &Asked<'_> {
        &self.asked
    }
}

/// Writes one field of an object.
pub(super) type Write<T> = Box<dyn Fn(&T, &mut Json) + Send + Sync>;

/// The plan of an object: its fields in order, each with its name as it stands in the answer.
pub(super) struct Fields<T>(Vec<(String, Write<T>)>);

impl<T: OutputType> Fields<T> {
    pub(super) fn plan(asked: &Asked<'_>, field: impl Fn(&Wanted<'_>) -> Option<Write<T>>) -> Option<Self> {
        let name = T::type_name();
        let fields = asked.fields(&name)?;
        let planned = fields.iter().map(|wanted| {
            let write = if wanted.name == "__typename" {
                let name = format!("\"{name}\"");
                Box::new(move |_: &T, json: &mut Json| json.raw(&name))
            } else {
                field(wanted)?
            };
            Some((format!("\"{}\":", wanted.key), write))
        });
        planned.collect::<Option<_>>().map(Self)
    }

    pub(super) fn write(&self, of: &T, json: &mut Json) {
        json.each(["{", "}"], &self.0, |(key, write), json| {
            json.raw(key);
            write(of, json);
        });
    }
}

/// Says which fields of an object are plain, and what they are made of.
macro_rules! plain {
    ($type:ty {}) => {
        impl $crate::graphql::plain::Plain for $type {
            type Plan = $crate::graphql::plain::Fields<Self>;

            fn plan(asked: &$crate::graphql::plain::Asked<'_>) -> Option<Self::Plan> {
                $crate::graphql::plain::Fields::plan(asked, |_| None)
            }

            fn write(&self, plan: &Self::Plan, json: &mut $crate::graphql::json::Json) {
                plan.write(self, json);
            }
        }
    };
    ($type:ty { $($field:ident: $of:ty = |$it:pat_param| $value:expr;)* }) => {
        impl $crate::graphql::plain::Plain for $type {
            type Plan = $crate::graphql::plain::Fields<Self>;

            fn plan(asked: &$crate::graphql::plain::Asked<'_>) -> Option<Self::Plan> {
                use $crate::graphql::{json::Json, plain::{Fields, Plain, Write}};
                Fields::plan(asked, |wanted| {
                    $(if wanted.is(stringify!($field)) {
                        let plan = <$of as Plain>::plan(wanted.asked())?;
                        let write = move |$it: &Self, json: &mut Json| <$of as Plain>::write(&$value, &plan, json);
                        return Some(Box::new(write) as Write<Self>);
                    })*
                    None
                })
            }

            fn write(&self, plan: &Self::Plan, json: &mut $crate::graphql::json::Json) {
                plan.write(self, json);
            }
        }
    };
}

/// An object all of whose fields are plain: says so, and shows them to the library.
macro_rules! plain_object {
    ($(#[$about:meta])* impl $type:ident {
        $($(#[$doc:meta])* $field:ident: $of:ty = |$it:pat_param| $value:expr;)*
    }) => {
        $(#[$about])*
        #[async_graphql::Object]
        impl $type {
            $($(#[$doc])* async fn $field(&self) -> $of { let $it = self; $value })*
        }

        $crate::graphql::plain::plain!($type { $($field: $of = |$it| $value;)* });
    };
}

/// Says that all fields of a struct are plain that are named.
macro_rules! plain_struct {
    ($type:ty { $($field:ident: $of:ty),* $(,)? }) => {
        $crate::graphql::plain::plain!($type { $($field: &$of = |it| &it.$field;)* });
    };
}

/// An interface or a union, by the types it may be.
macro_rules! plain_choice {
    ($type:ident { $($name:ident: $variant:ident($of:ty)),* $(,)? }) => {
        impl $crate::graphql::plain::Plain for $type {
            type Plan = ($(<$of as $crate::graphql::plain::Plain>::Plan,)*);

            fn plan(asked: &$crate::graphql::plain::Asked<'_>) -> Option<Self::Plan> {
                Some(($(<$of as $crate::graphql::plain::Plain>::plan(asked)?,)*))
            }

            fn write(&self, ($($name,)*): &Self::Plan, json: &mut $crate::graphql::json::Json) {
                use $crate::graphql::plain::Plain;
                match self {
                    $(Self::$variant(it) => Plain::write(it, $name, json),)*
                }
            }
        }
    };
}

pub(super) use {plain, plain_choice, plain_object, plain_struct};

impl<T: Plain + ?Sized> Plain for &T {
    type Plan = T::Plan;

    fn plan(asked: &Asked<'_>) -> Option<T::Plan> {
        T::plan(asked)
    }

    fn write(&self, plan: &T::Plan, json: &mut Json) {
        T::write(self, plan, json);
    }
}

impl<T: Plain> Plain for Option<T> {
    type Plan = T::Plan;

    fn plan(asked: &Asked<'_>) -> Option<T::Plan> {
        T::plan(asked)
    }

    fn write(&self, plan: &T::Plan, json: &mut Json) {
        match self {
            Some(value) => value.write(plan, json),
            None => json.raw("null"),
        }
    }
}

/// What cannot be told is left to the library, which tells why.
impl<T: Plain, E> Plain for Result<T, E> {
    type Plan = T::Plan;

    fn plan(asked: &Asked<'_>) -> Option<T::Plan> {
        T::plan(asked)
    }

    fn write(&self, plan: &T::Plan, json: &mut Json) {
        match self {
            Ok(value) => value.write(plan, json),
            Err(_) => json.fail(),
        }
    }
}

impl<T: Plain> Plain for Vec<T> {
    type Plan = T::Plan;

    fn plan(asked: &Asked<'_>) -> Option<T::Plan> {
        T::plan(asked)
    }

    fn write(&self, plan: &T::Plan, json: &mut Json) {
        json.each(["[", "]"], self, |value, json| {
            if !json.is_over() {
                value.write(plan, json);
            }
        });
    }
}

impl<T: Plain> Plain for Fast<T> {
    type Plan = T::Plan;

    fn plan(asked: &Asked<'_>) -> Option<T::Plan> {
        T::plan(asked)
    }

    fn write(&self, plan: &T::Plan, json: &mut Json) {
        self.0.write(plan, json);
    }
}

macro_rules! leaf {
    ($($type:ty = |$it:ident, $json:ident| $write:expr;)*) => {$(
        impl $crate::graphql::plain::Plain for $type {
            type Plan = ();

            fn plan(_: &$crate::graphql::plain::Asked<'_>) -> Option<()> {
                Some(())
            }

            fn write(&self, (): &(), $json: &mut $crate::graphql::json::Json) {
                let $it = self;
                $write;
            }
        }
    )*};
}

/// Enums, by the name of their value.
macro_rules! plain_enums {
    ($($type:ty),* $(,)?) => {
        $crate::graphql::plain::leaf! { $($type = |it, json| json.name_of(*it);)* }
    };
}

pub(super) use {leaf, plain_enums};

leaf! {
    str = |it, json| json.serde(it);
    String = |it, json| json.serde(it);
    ID = |it, json| json.serde(it.as_str());
    bool = |it, json| json.raw(if *it { "true" } else { "false" });
    u32 = |it, json| json.integer(*it);
    i32 = |it, json| json.integer(*it);
    f64 = |it, json| json.serde(it);
}
