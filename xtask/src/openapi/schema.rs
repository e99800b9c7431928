//! The words in which schemas are written: JSON Schema 2020-12, as OpenAPI 3.1 has it. Only shapes that the document
//! needs, so that a reader of it needs to know no more.

use serde_json::{Map, Value, json};

/// A field of an object.
pub(super) struct Field {
    name: &'static str,
    schema: Value,
    required: bool,
}

/// A field that is always there.
pub(super) fn must(name: &'static str, schema: Value) -> Field {
    Field { name, schema, required: true }
}

/// A field that may be left out.
pub(super) fn may(name: &'static str, schema: Value) -> Field {
    Field { name, schema, required: false }
}

/// An object of exactly these fields.
pub(super) fn closed(fields: Vec<Field>) -> Value {
    let mut schema = open(fields);
    schema["additionalProperties"] = false.into();
    schema
}

/// An object of at least these fields: whatever else is in it is ignored.
pub(super) fn open(fields: Vec<Field>) -> Value {
    let required: Vec<&str> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let mut schema = json!({ "type": "object", "required": required });
    let properties: Map<String, Value> =
        fields.into_iter().map(|field| (field.name.to_owned(), field.schema)).collect();
    schema["properties"] = properties.into();
    if required.is_empty() {
        schema.as_object_mut().map(|schema| schema.remove("required"));
    }
    schema
}

/// A variant: an object with its tag and these fields.
pub(super) fn variant(tag: &'static str, name: &str, mut fields: Vec<Field>) -> Value {
    fields.insert(0, must(tag, always(name)));
    closed(fields)
}

/// A schema with a sentence on what it means.
pub(super) fn says(mut schema: Value, description: &str) -> Value {
    schema["description"] = description.into();
    schema
}

/// The named schema.
pub(super) fn of(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// A text.
pub(super) fn text() -> Value {
    json!({ "type": "string" })
}

/// A text that is always this one.
pub(super) fn always(text: &str) -> Value {
    json!({ "const": text })
}

/// A text of this form.
pub(super) fn form(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": pattern })
}

/// One of these texts.
pub(super) fn among<T: Into<Value>>(names: impl IntoIterator<Item = T>) -> Value {
    json!({ "type": "string", "enum": Value::Array(names.into_iter().map(Into::into).collect()) })
}

/// A moment in RFC 3339.
pub(super) fn moment() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

/// A day, as RFC 3339 writes a full date.
pub(super) fn day() -> Value {
    json!({ "type": "string", "format": "date" })
}

/// A whole number from 0 on.
pub(super) fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

/// A whole number within limits.
pub(super) fn within(least: u64, most: u64) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most })
}

/// A whole number.
pub(super) fn whole() -> Value {
    json!({ "type": "integer" })
}

/// A share of one.
pub(super) fn share() -> Value {
    json!({ "type": "number", "minimum": 0, "maximum": 1 })
}

/// True or false.
pub(super) fn flag() -> Value {
    json!({ "type": "boolean" })
}

/// A list.
pub(super) fn list(items: Value) -> Value {
    let mut schema = json!({ "type": "array" });
    schema["items"] = items;
    schema
}

/// A list of at most so many.
pub(super) fn at_most(most: usize, items: Value) -> Value {
    let mut schema = list(items);
    schema["maxItems"] = most.into();
    schema
}

/// That, or null.
pub(super) fn or_null(schema: Value) -> Value {
    Value::Object(Map::from_iter([("anyOf".to_owned(), vec![schema, json!({ "type": "null" })].into())]))
}

/// One of these.
pub(super) fn either(schemas: Vec<Value>) -> Value {
    Value::Object(Map::from_iter([("oneOf".to_owned(), schemas.into())]))
}
