//! Lists that a provider gives in one call or in many: read whole, or said to be not whole.
//!
//! A [`ListMethod`] asks one question after the other; [`list`] asks them under the method's quotas, repeats what failed,
//! renews a session that died, and gives the entries as a stream. The calls change nothing, so any of them may be made
//! again. A list never ends early without a word: where it cannot be read on, or its parts contradict each other, the
//! stream's last item is a [`ListError`].

mod error;
mod method;
mod options;
mod reader;
mod stream;

pub use error::{Flaw, ListError, ListErrorKind};
pub use method::ListMethod;
pub use options::ListOptions;
pub use stream::{ListStream, list};
