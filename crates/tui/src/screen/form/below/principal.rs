//! The field for the one who is asked about.

use crosspull_core::access::PrincipalRef;
use crosspull_core::text::clean;
use crossterm::event::KeyEvent;

use super::Drawn;
use crate::widgets::text_box::TextBox;

/// The field for the one who is asked about. It may stay empty.
#[derive(Debug)]
pub(in super::super) struct PrincipalField {
    input: TextBox,
    complaint: Option<String>,
}

impl PrincipalField {
    /// Creates the field with a text in it.
    pub fn new(text: &str) -> Self {
        Self { input: TextBox::new(text), complaint: None }
    }

    /// Returns true where what is in it names nobody. The field says so from then on.
    pub fn is_wrong(&mut self) -> bool {
        self.complaint = self.judged();
        self.complaint.is_some()
    }

    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent) {
        self.input.key(key);
        self.changed();
    }

    /// Takes a paste.
    pub fn paste(&mut self, text: &str) {
        self.input.paste(text);
        self.changed();
    }

    /// Puts a text in place of what is there.
    pub fn put(&mut self, text: &str) {
        self.input = TextBox::new(text);
        self.changed();
    }

    /// Returns what is in it, without what people paste along.
    pub fn text(&self) -> &str {
        clean(self.input.value())
    }

    /// Judges what is in the field. Nobody need be named.
    fn judged(&self) -> Option<String> {
        let text = Some(self.text()).filter(|text| !text.is_empty())?;
        text.parse::<PrincipalRef>().err()
    }

    /// A complaint goes as soon as the value is right, and follows the value until then.
    fn changed(&mut self) {
        if self.complaint.is_some() {
            self.complaint = self.judged();
        }
    }

    /// Returns the field as it is drawn in that many columns.
    pub fn drawn(&self, room: usize) -> Drawn {
        let (value, cursor) = self.input.view(room);
        Drawn {
            label: "Who",
            value,
            cursor,
            else_used: "nobody: the cluster alone",
            help: "Who is to get in: me, a user name, an object or app id, the name of a group or an app, or \
                   system:serviceaccount:NAMESPACE:NAME. It may stay empty.",
            complaint: self.complaint.clone(),
        }
    }
}
