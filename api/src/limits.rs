//! What one request, connection or viewer may take up. Each limit has a name in the environment, by which its error names it.

use std::fmt;

/// One limit: `field "NAME" = default, "what it counts"`.
macro_rules! limits {
    ($($field:ident $name:literal = $default:literal, $what:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Limits {
            $(#[doc = $what] pub $field: Limit,)*
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($field: Limit { name: $name, most: $default, what: $what },)* }
            }
        }

        impl Limits {
            /// Reads those that the environment sets, and adds what is wrong with them to the problems.
            pub fn read(variable: impl Fn(&str) -> Option<String>, problems: &mut Vec<String>) -> Self {
                let mut limits = Self::default();
                $(if let Some(set) = variable($name) {
                    match set.parse::<u32>().ok().filter(|most| *most > 0) {
                        Some(most) => limits.$field.most = most as usize,
                        None => problems.push(concat!($name, " must be a whole number above 0").to_owned()),
                    }
                })*
                limits
            }

            pub fn all(&self) -> Vec<Limit> {
                vec![$(self.$field),*]
            }
        }
    };
}

/// How much of something is taken, and the name under which an operator may change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub name: &'static str,
    pub most: usize,
    pub what: &'static str,
}

/// The sentence that errors begin with.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the most is {} {} ({})", self.most, self.what, self.name)
    }
}

impl Limit {
    /// As errors tell it.
    pub fn told(self, found: Option<usize>) -> async_graphql::Value {
        let mut told = serde_json::json!({ "name": self.name, "most": self.most });
        // What saturated is not known.
        if let Some(found) = found.filter(|found| *found < usize::MAX) {
            told["found"] = found.into();
        }
        async_graphql::Value::from_json(told).unwrap_or_default()
    }
}

limits! {
    body_bytes "SDPT_MAX_BODY_BYTES" = 262_144, "bytes of a request's body, and of a message on a WebSocket";
    document_bytes "SDPT_MAX_DOCUMENT_BYTES" = 65_536, "bytes of a document";
    tokens "SDPT_MAX_TOKENS" = 10_000, "words, signs and gaps of a document";
    depth "SDPT_MAX_DEPTH" = 16, "levels of fields in each other, fragments written out";
    fields "SDPT_MAX_FIELDS" = 10_000, "fields of all operations of a document, fragments written out";
    root_fields "SDPT_MAX_ROOT_FIELDS" = 20, "fields at the top of an operation, fragments written out";
    aliases "SDPT_MAX_ALIASES" = 50, "aliases in an operation, fragments written out";
    directives "SDPT_MAX_DIRECTIVES" = 50, "directives in an operation, fragments written out";
    cost "SDPT_MAX_COST" = 500_000, "fields that may be answered, those in a list as often as it is long, and the work beside them";
    answer_bytes "SDPT_MAX_ANSWER_BYTES" = 8_388_608, "bytes of an answer";
    kept_bytes "SDPT_MAX_KEPT_ANSWER_BYTES" = 67_108_864, "bytes of answers that are kept to be given again";
    request_seconds "SDPT_MAX_REQUEST_SECONDS" = 10, "seconds from a whole request to its answer";
    header_seconds "SDPT_MAX_HEADER_SECONDS" = 10, "seconds until a request's headers are there";
    header_bytes "SDPT_MAX_HEADER_BYTES" = 32_768, "bytes of a request's first line and headers";
    body_seconds "SDPT_MAX_BODY_SECONDS" = 10, "seconds until a request's body is there";
    idle_seconds "SDPT_MAX_IDLE_SECONDS" = 60, "seconds for which a connection may neither send nor take anything";
    stop_seconds "SDPT_MAX_STOP_SECONDS" = 10, "seconds in which requests under way may finish when the service stops";
    connections "SDPT_MAX_CONNECTIONS" = 2_000, "connections at once";
    requests_at_once "SDPT_MAX_REQUESTS_AT_ONCE" = 256, "requests that are worked on at once";
    viewer_at_once "SDPT_MAX_REQUESTS_AT_ONCE_PER_VIEWER" = 64, "requests of one viewer that are worked on at once";
    rate "SDPT_MAX_REQUESTS_PER_SECOND" = 100, "requests a second of one viewer, over time";
    burst "SDPT_MAX_REQUESTS_IN_A_BURST" = 200, "requests of one viewer all at once";
    sockets "SDPT_MAX_SOCKETS_PER_VIEWER" = 10, "open WebSockets of one viewer";
    subscriptions "SDPT_MAX_SUBSCRIPTIONS_PER_SOCKET" = 20, "operations under way on one WebSocket";
    init_seconds "SDPT_MAX_SOCKET_INIT_SECONDS" = 5, "seconds until a WebSocket says who it is";
    ping_seconds "SDPT_MAX_SOCKET_PING_SECONDS" = 20, "seconds between two pings of a WebSocket; one that answers none is closed";
}
