//! Through users' eyes, as the REST API shows history: whose view shows what, and the messages
//! nobody's eyes were lent for yet.

mod holes;
mod plan;
mod run;

pub use self::plan::ViewPlan;
pub(crate) use self::plan::{Share, shares_of};
pub use self::run::ViewSync;
