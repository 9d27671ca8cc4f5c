//! How the files of some formats are cut and named.

use openim_history_client::model::ConversationKind;

use super::super::format::ExportFormat;
use super::super::name::Template;
use super::super::request::{ExportRequest, Split};
use super::feed::{Order, Period};
use crate::error::{Error, Result};

/// How the files of some formats are cut and named: those that share a template share this.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) template: Template,
    pub(crate) formats: Vec<ExportFormat>,
    pub(crate) order: Order,
    /// Whether files are cut by number or by weight as well.
    pub(crate) cut: Option<Cut>,
}

/// Behind how much another file begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    Messages(u64),
    Bytes(u64),
}

/// What a message weighs beside its content and its text.
pub(crate) const WEIGHT: u64 = 256;

/// Returns the layouts of what was asked for, each template once.
pub(crate) fn layouts(request: &ExportRequest) -> Result<Vec<Layout>> {
    let mut layouts: Vec<Layout> = Vec::new();
    for format in &request.formats {
        let template = template(request, *format)?;
        if let Some(layout) = layouts
            .iter_mut()
            .find(|layout| layout.template == template)
        {
            if !layout.formats.contains(format) {
                layout.formats.push(*format);
            }
            continue;
        }
        let period = match (template.has_day(), template.has_month()) {
            (true, _) => Some(Period::Day),
            (false, true) => Some(Period::Month),
            (false, false) => None,
        };
        layouts.push(Layout {
            order: Order::new(template.is_per_conversation(), template.has_kind(), period),
            formats: vec![*format],
            cut: match request.split {
                Some(Split::Count(messages)) => Some(Cut::Messages(messages)),
                Some(Split::Size(bytes)) => Some(Cut::Bytes(bytes)),
                Some(Split::Day | Split::Month) | None => None,
            },
            template,
        });
    }
    if layouts.is_empty() {
        return Err(Error::Invalid(
            "an export needs at least one format".to_owned(),
        ));
    }
    Ok(layouts)
}

/// Returns a format's template, with what the split needs in it.
pub(crate) fn template(request: &ExportRequest, format: ExportFormat) -> Result<Template> {
    let written = request.template.as_deref().unwrap_or(format.template());
    // Who writes the extension means the same.
    let extension = format!(".{}", format.extension());
    let written = written.strip_suffix(extension.as_str()).unwrap_or(written);
    let template = Template::parse(written)?;
    Ok(match request.split {
        Some(Split::Day) if !template.has_day() => template.with("day"),
        Some(Split::Month) if !template.has_month() && !template.has_day() => {
            template.with("month")
        }
        _ => template,
    })
}

impl Layout {
    /// Whether each file is of one conversation.
    pub(crate) fn is_per_conversation(&self) -> bool {
        self.template.is_per_conversation()
    }

    /// Returns what files are told apart by, beside their numbers.
    pub(crate) fn tells_kinds_apart(&self, kind: ConversationKind) -> u8 {
        if self.template.has_kind() && !self.is_per_conversation() {
            super::feed::kind_number(kind)
        } else {
            0
        }
    }
}
