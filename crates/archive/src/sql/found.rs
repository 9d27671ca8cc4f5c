//! What the index found, as a condition inside a statement.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, BooleanArray};
use arrow_schema::DataType;
use deltalake_core::datafusion::common::{Result, exec_err};
use deltalake_core::datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, TypeSignature, Volatility,
};
use openim_history_client::model::{ConversationId, Seq};

use crate::index::Matches;

/// A function of `(conversation_id, seq)`: whether a message is among those that were found.
#[derive(Debug)]
pub(super) struct Found {
    name: String,
    matches: Arc<Matches>,
    signature: Signature,
}

impl Found {
    pub(super) fn new(name: impl Into<String>, matches: Arc<Matches>) -> Self {
        let texts = [DataType::Utf8View, DataType::Utf8, DataType::LargeUtf8];
        let forms = texts.map(|text| TypeSignature::Exact(vec![text, DataType::Int64]));
        Self {
            name: name.into(),
            matches,
            signature: Signature::one_of(forms.into(), Volatility::Immutable),
        }
    }
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && Arc::ptr_eq(&self.matches, &other.matches)
    }
}

impl Eq for Found {}

impl Hash for Found {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        Arc::as_ptr(&self.matches).hash(state);
    }
}

impl ScalarUDFImpl for Found {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let [conversations, seqs] = arrays.as_slice() else {
            return exec_err!("{} takes a conversation_id and a seq", self.name);
        };
        let seqs = seqs.as_primitive::<Int64Type>();
        let found = match conversations.data_type() {
            DataType::Utf8View => {
                let ids = conversations.as_string_view();
                self.look_up((0..ids.len()).map(|at| ids.value(at)), seqs.values())
            }
            DataType::LargeUtf8 => {
                let ids = conversations.as_string::<i64>();
                self.look_up((0..ids.len()).map(|at| ids.value(at)), seqs.values())
            }
            _ => {
                let ids = conversations.as_string::<i32>();
                self.look_up((0..ids.len()).map(|at| ids.value(at)), seqs.values())
            }
        };
        Ok(ColumnarValue::Array(Arc::new(found)))
    }
}

impl Found {
    fn look_up<'a>(&self, ids: impl Iterator<Item = &'a str>, seqs: &[i64]) -> BooleanArray {
        // Neighbours are mostly of one conversation.
        let mut last = None;
        let found = ids.zip(seqs).map(|(id, seq)| {
            let of = match last {
                Some((known, of)) if known == id => of,
                _ => self.matches.of(&ConversationId::new(id)),
            };
            last = Some((id, of));
            of.is_some_and(|of| of.contains(Seq(*seq)))
        });
        found.collect::<Vec<bool>>().into()
    }
}
