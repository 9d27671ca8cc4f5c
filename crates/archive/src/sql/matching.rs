//! `match(text, 'query')`: what the index knows, inside a statement.
//!
//! Before a statement is optimised, every call is answered once by the index and becomes a condition on the
//! key of the row, and on what the engine skips whole files by: the months, and the few conversations.

use std::sync::Arc;

use arrow_schema::DataType;
use deltalake_core::datafusion::common::tree_node::{Transformed, TreeNode};
use deltalake_core::datafusion::common::{
    Column, DFSchema, DataFusionError, ScalarValue, exec_err,
};
use deltalake_core::datafusion::logical_expr::expr::ScalarFunction;
use deltalake_core::datafusion::logical_expr::expr_rewriter::NamePreserver;
use deltalake_core::datafusion::logical_expr::{
    ColumnarValue, Expr, LogicalPlan, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility, lit,
};

use super::SqlError;
use super::found::Found;
use crate::error::{Error, Result};
use crate::index::Matches;

/// What it is called.
pub(super) const NAME: &str = "match";

/// Conversations up to which the engine is told their names.
const FEW: usize = 32;

/// Stands for `match` until it is answered.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Match {
    signature: Signature,
}

impl Match {
    pub(super) fn new() -> Self {
        Self {
            signature: Signature::any(2, Volatility::Stable),
        }
    }
}

impl ScalarUDFImpl for Match {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType, DataFusionError> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, _: ScalarFunctionArgs) -> Result<ColumnarValue, DataFusionError> {
        exec_err!("match is answered by the index, before a statement runs")
    }
}

/// Answers every `match` of a plan.
pub(super) fn answer(
    plan: LogicalPlan,
    mut find: impl FnMut(&str) -> Result<Arc<Matches>>,
) -> Result<LogicalPlan> {
    let mut failed = None;
    let answered = plan.transform_up_with_subqueries(|node| {
        if !calls(&node) {
            return Ok(Transformed::no(node));
        }
        let schemas: Vec<DFSchema> = node
            .inputs()
            .iter()
            .map(|input| input.schema().as_ref().clone())
            .collect();
        let names = NamePreserver::new(&node);
        let node = node.map_expressions(|expression| {
            let name = names.save(&expression);
            let changed = expression.transform_up(|inner| {
                let Some(arguments) = arguments(&inner) else {
                    return Ok(Transformed::no(inner));
                };
                match replaced(arguments, &schemas, &mut find) {
                    Ok(condition) => Ok(Transformed::yes(condition)),
                    Err(error) => {
                        failed.get_or_insert(error);
                        exec_err!("match cannot be answered")
                    }
                }
            })?;
            Ok(changed.update_data(|expression| name.restore(expression)))
        })?;
        node.map_data(LogicalPlan::recompute_schema)
    });
    match (answered, failed) {
        (_, Some(error)) => Err(error),
        (Ok(answered), None) => Ok(answered.data),
        (Err(error), None) => Err(error.into()),
    }
}

fn calls(node: &LogicalPlan) -> bool {
    let of = |expression: &Expr| expression.exists(|inner| Ok(arguments(inner).is_some()));
    node.expressions()
        .iter()
        .any(|expression| of(expression).unwrap_or_default())
}

fn arguments(expression: &Expr) -> Option<&[Expr]> {
    match expression {
        Expr::ScalarFunction(ScalarFunction { func, args }) if func.name() == NAME => Some(args),
        _ => None,
    }
}

fn wrong(text: impl Into<String>) -> Error {
    Error::Sql(SqlError::Match(text.into()))
}

fn replaced(
    arguments: &[Expr],
    schemas: &[DFSchema],
    find: &mut impl FnMut(&str) -> Result<Arc<Matches>>,
) -> Result<Expr> {
    let [Expr::Column(column), query] = arguments else {
        return Err(wrong("write match(text, 'what is looked for')"));
    };
    if column.name != "text" {
        let what = format!("it looks into column text, and not into {}", column.name);
        return Err(wrong(what));
    }
    let Some(query) = written(query) else {
        return Err(wrong(
            "what is looked for must be written out, in single quotes",
        ));
    };
    let beside = |name: &str| {
        let column = Column::new(column.relation.clone(), name);
        let is_there = schemas.iter().any(|schema| schema.has_column(&column));
        is_there.then_some(Expr::Column(column))
    };
    let (Some(conversation), Some(seq)) = (beside("conversation_id"), beside("seq")) else {
        return Err(wrong(
            "the index knows messages by conversation_id and seq: let the part of the statement it looks into have them",
        ));
    };
    let matches = find(query)?;
    let mut condition = found(query, &matches, conversation.clone(), seq);
    if let Some(month) = beside("month") {
        let months = matches.months().map(lit).collect();
        condition = month.in_list(months, false).and(condition);
    }
    if matches.conversations().count() <= FEW {
        let ids = matches.conversations().map(|(id, _)| lit(id.as_str()));
        condition = conversation.in_list(ids.collect(), false).and(condition);
    }
    Ok(condition)
}

fn written(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Literal(
            ScalarValue::Utf8(Some(text))
            | ScalarValue::Utf8View(Some(text))
            | ScalarValue::LargeUtf8(Some(text)),
            _,
        ) => Some(text),
        _ => None,
    }
}

fn found(query: &str, matches: &Arc<Matches>, conversation: Expr, seq: Expr) -> Expr {
    // Plans show it by this name.
    let function = Found::new(format!("{NAME}({query})"), Arc::clone(matches));
    ScalarUDF::new_from_impl(function).call(vec![conversation, seq])
}
