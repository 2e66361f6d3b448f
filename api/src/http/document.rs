//! Documents, from their text to something that may be executed: parsed, counted and validated, once for each text.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use apollo_compiler::ast;
use apollo_compiler::diagnostic::{Diagnostic, ToCliReport};
use apollo_compiler::executable::{Operation, Type};
use apollo_compiler::parser::Parser;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{ExecutableDocument, Schema, name};
use async_graphql::parser::types::{self, DocumentOperations, OperationType, Selection};
use async_graphql::{Pos, ServerError};
use axum::http::StatusCode;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::count::{Counts, NESTING, TooNested, operations};
use super::refusal::{PARSE_FAILED, Refusal, VALIDATION_FAILED};
use super::twins::has_twins;
use super::typename;
use crate::graphql;
use crate::limits::{Limit, Limits};

/// Bytes that kept documents may take up, about: their text, and so many for each field.
const KEPT: u64 = 32 * 1024 * 1024;
const A_FIELD: u64 = 500;

/// Of what is wrong with a document, so much is told.
const TOLD: usize = 10;

static CONTRACT: LazyLock<Valid<Schema>> = LazyLock::new(|| {
    let contract = Schema::parse_and_validate(graphql::sdl(), "schema.graphql");
    let mut contract = contract.expect("the contract is a valid schema; a test asks the same").into_inner();
    // async-graphql tells which inputs take one of their fields, and clients ask; apollo-compiler 1.33 does not know the field.
    if let Some(ExtendedType::Object(of_types)) = contract.types.get_mut("__Type") {
        let fields = &mut of_types.make_mut().fields;
        if let Some(mut field) = fields.get("specifiedByURL").cloned() {
            let of_field = field.make_mut();
            (of_field.name, of_field.ty) = (name!("isOneOf"), Type::Named(name!("Boolean")));
            fields.insert(name!("isOneOf"), field);
        }
    }
    Valid::assume_valid(contract)
});

/// The documents that were asked before, ready to be asked again.
pub(super) struct Documents {
    pub(super) schema: &'static Valid<Schema>,
    ready: Cache<String, Arc<Document>, BySize>,
}

#[derive(Clone)]
struct BySize;

impl Weighter<String, Arc<Document>> for BySize {
    fn weight(&self, text: &String, document: &Arc<Document>) -> u64 {
        let fields = document.operations.iter().map(|operation| operation.counts.fields as u64);
        text.len() as u64 + A_FIELD * (1 + fields.sum::<u64>())
    }
}

/// A document that holds what it should. `parsed` is the same for the library that executes it.
pub(super) struct Document {
    pub(super) executable: Valid<ExecutableDocument>,
    parsed: types::ExecutableDocument,
    operations: Vec<Counted>,
}

/// An operation of a document, and what it holds.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    pub(super) name: Option<String>,
    pub(super) kind: OperationType,
    pub(super) counts: Counts,
    pub(super) has_twins: bool,
}

impl Documents {
    pub(super) fn new() -> Self {
        Self::keeping(KEPT)
    }

    fn keeping(bytes: u64) -> Self {
        Self { schema: &CONTRACT, ready: Cache::with_weighter(1000, bytes, BySize) }
    }

    /// The document of a text, and the operation of it that is meant.
    pub(super) fn read(
        &self,
        text: &str,
        operation: Option<&str>,
        limits: &Limits,
    ) -> Result<(Arc<Document>, Counted), Refusal> {
        if let Some(document) = self.ready.get(text) {
            let counted = chosen(&document.operations, operation)?.within(limits)?;
            return Ok((document, counted));
        }
        if text.len() > limits.document_bytes.most {
            return Err(Refusal::too_costly(limits.document_bytes, Some(text.len())));
        }
        let ast = parsed(text, limits)?;
        let mut operations = counted(&ast, limits)?;
        // Before it is validated: what is too much is not looked at any closer.
        chosen(&operations, operation)?.within(limits)?;
        let executable = ast
            .to_executable_validate(self.schema)
            .map_err(|failed| refused(&failed.errors, VALIDATION_FAILED))?;
        for known in &mut operations {
            let operation = executable.operations.get(known.name.as_deref());
            known.has_twins = operation.is_ok_and(|operation| has_twins(&executable, operation));
        }
        let counted = chosen(&operations, operation)?.clone();
        let mut parsed = async_graphql::parser::parse_query(text)
            .map_err(|error| Refusal::of(PARSE_FAILED, vec![error.into()]))?;
        typename::set_apart(&mut parsed);
        let document = Arc::new(Document { executable, parsed, operations });
        // What changes something may hold words and names that have to be forgotten, unless all of them are in its variables.
        let changes = document.operations.iter().any(|operation| operation.kind == OperationType::Mutation);
        if !changes || !text.contains(['"', '#']) {
            self.ready.insert(text.to_owned(), document.clone());
        }
        Ok((document, counted))
    }
}

fn parsed(text: &str, limits: &Limits) -> Result<ast::Document, Refusal> {
    let mut parser = Parser::new().token_limit(limits.tokens.most).recursion_limit(NESTING);
    parser.parse_ast(text, "").map_err(|failed| {
        if parser.tokens_reached() > limits.tokens.most {
            return Refusal::too_costly(limits.tokens, None);
        }
        if parser.recursion_reached() > NESTING {
            return too_nested(TooNested);
        }
        refused(&failed.errors, PARSE_FAILED)
    })
}

/// The operations of a document. The fields of all of them together are bounded, since all are validated.
fn counted(ast: &ast::Document, limits: &Limits) -> Result<Vec<Counted>, Refusal> {
    let counts = Counts::of(ast).map_err(too_nested)?;
    let fields = counts.iter().fold(0, |fields: usize, counts| fields.saturating_add(counts.fields));
    limits.fields.admits(fields)?;
    let operations = operations(ast).zip(counts);
    let counted = operations.map(|(operation, counts)| Counted {
        name: operation.name.as_ref().map(ToString::to_string),
        kind: match operation.operation_type {
            ast::OperationType::Query => OperationType::Query,
            ast::OperationType::Mutation => OperationType::Mutation,
            ast::OperationType::Subscription => OperationType::Subscription,
        },
        counts,
        has_twins: false,
    });
    Ok(counted.collect())
}

fn too_nested(_: TooNested) -> Refusal {
    let why = format!("braces, brackets and fragments stand more than {NESTING} deep in each other");
    Refusal::new(StatusCode::BAD_REQUEST, "QUERY_TOO_COSTLY", why)
}

/// The operation that a request means.
fn chosen<'a>(operations: &'a [Counted], name: Option<&str>) -> Result<&'a Counted, Refusal> {
    let invalid = |why: String| Err(Refusal::of(VALIDATION_FAILED, vec![ServerError::new(why, None)]));
    match (name, operations) {
        (None, [operation]) => Ok(operation),
        (None, []) => invalid("the document has no operation".to_owned()),
        (None, _) => invalid("the document has several operations: say which with operationName".to_owned()),
        (Some(name), operations) => operations
            .iter()
            .find(|operation| operation.name.as_deref() == Some(name))
            .map_or_else(|| invalid(format!("the document has no operation that is called {name}")), Ok),
    }
}

impl Counted {
    fn within(&self, limits: &Limits) -> Result<Self, Refusal> {
        limits.depth.admits(self.counts.depth)?;
        limits.fields.admits(self.counts.fields)?;
        limits.root_fields.admits(self.counts.root_fields)?;
        limits.aliases.admits(self.counts.aliases)?;
        limits.directives.admits(self.counts.directives)?;
        Ok(self.clone())
    }
}

impl Limit {
    pub(super) fn admits(self, found: usize) -> Result<(), Refusal> {
        if found > self.most { Err(Refusal::too_costly(self, Some(found))) } else { Ok(()) }
    }
}

/// Of each finding its sentence and its place: never the report that is meant for terminals, nor a suggestion.
fn refused(errors: &DiagnosticList, code: &'static str) -> Refusal {
    fn told<T: ToCliReport + ToString>(found: &Diagnostic<'_, T>) -> ServerError {
        let at =
            found.line_column_range().map(|range| Pos { line: range.start.line, column: range.start.column });
        ServerError::new(found.error.to_string(), at)
    }
    Refusal::of(code, errors.iter().take(TOLD).map(|found| told(&found)).collect())
}

impl Document {
    /// For execution: one operation, and the fragments that it takes.
    pub(super) fn only(&self, operation: &Counted) -> types::ExecutableDocument {
        let operations = match (&self.parsed.operations, &operation.name) {
            (DocumentOperations::Multiple(operations), Some(name)) => DocumentOperations::Multiple(
                operations
                    .iter()
                    .filter(|(other, _)| *other == name)
                    .map(|(name, it)| (name.clone(), it.clone()))
                    .collect(),
            ),
            (single, _) => single.clone(),
        };
        let mut fragments = HashMap::new();
        let mut waiting: Vec<_> = operations.iter().map(|(_, it)| &it.node.selection_set.node).collect();
        while let Some(set) = waiting.pop() {
            for selection in &set.items {
                match &selection.node {
                    Selection::Field(field) => waiting.push(&field.node.selection_set.node),
                    Selection::InlineFragment(fragment) => waiting.push(&fragment.node.selection_set.node),
                    Selection::FragmentSpread(spread) => {
                        let name = &spread.node.fragment_name.node;
                        if let Some(fragment) = self.parsed.fragments.get(name)
                            && !fragments.contains_key(name)
                        {
                            fragments.insert(name.clone(), fragment.clone());
                            waiting.push(&fragment.node.selection_set.node);
                        }
                    }
                }
            }
        }
        types::ExecutableDocument { operations, fragments }
    }

    pub(super) fn operation(&self, operation: &Counted) -> Option<&Operation> {
        self.executable.operations.get(operation.name.as_deref()).ok().map(|operation| &**operation)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    const HEATMAP: &str = "query($since: Date) { comparison(framework: \"sdpt\", grain: ELEMENT, since: $since) {
        columns { subject { key title } distributions { area { code } of without levelCounts { level { key } count } } }
        rows { system { code name } cells { subject { key } empty stage standing rollUp { rated median { key } }
            movement { word sentence } trend { verdict n pValue } } } } }";

    #[test]
    fn the_contract_is_a_valid_schema_that_says_what_its_scalars_and_choices_are() {
        let contract = Schema::parse_and_validate(graphql::sdl(), "schema.graphql");
        let contract = contract.map_err(|failed| failed.errors.to_string()).expect("a valid schema");
        let with = |directive: &str| {
            contract.types.values().filter(|found| found.directives().get(directive).is_some()).count()
        };
        assert!(with("specifiedBy") >= 5 && with("oneOf") >= 1, "directives were lost");
    }

    #[test]
    fn a_document_is_read_once_and_one_that_is_refused_is_not_kept() {
        let (documents, limits) = (Documents::new(), Limits::default());
        let read = |text: &str| {
            let from = Instant::now();
            let document = documents.read(text, None, &limits).map(|(document, _)| document);
            (document, from.elapsed())
        };
        let ((first, slow), (second, quick)) = (read(HEATMAP), read(HEATMAP));
        let (first, second) = (first.expect("a document"), second.expect("a document"));
        assert!(Arc::ptr_eq(&first, &second));
        assert!(quick * 5 < slow, "reading took {slow:?}, finding {quick:?}");
        for refused in ["{ nonsense }", "{", "{ viewer { ...F } }"] {
            assert!(read(refused).0.is_err());
        }
        assert_eq!(documents.ready.len(), 1);
    }

    #[test]
    fn a_document_that_is_kept_is_still_counted() {
        let documents = Documents::new();
        let mut limits = Limits::default();
        assert!(documents.read(HEATMAP, None, &limits).is_ok());
        limits.depth.most = 3;
        assert!(documents.read(HEATMAP, None, &limits).is_err());
        assert!(documents.read(HEATMAP, Some("A"), &Limits::default()).is_err());
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let (documents, limits) = (Documents::keeping(50_000), Limits::default());
        for i in 0..100 {
            let text = format!("{{ viewer {{ name }} }}#{i}{}", " ".repeat(1000));
            assert!(documents.read(&text, None, &limits).is_ok());
        }
        let kept = documents.ready.weight();
        assert!((1000..=50_000).contains(&kept) && documents.ready.len() < 50, "{kept} bytes are kept");
    }
}
