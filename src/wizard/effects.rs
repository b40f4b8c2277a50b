//! Effects: what the screens ask of the shell, and what the shell does with a secret by itself.

use std::io::Write as _;

use crosspull_core::event::{Entry, Event};

use crosspull_core::input::Key;
use crosspull_core::names::Outcome;
use crosspull_core::operation::Fact;
use crosspull_core::secret::Secret;
use crosspull_tui::{Effect, Msg, Notice};

use super::Wizard;
use crate::headless::hand_over;
use crate::headless::secret_file::SecretFile;
use crate::terminal::clipboard::{self, CopyMethod};
use crate::terminal::{Terminal, browser};

impl Wizard {
    /// Does what the screens ask for; returns what there is to tell them.
    pub(super) async fn perform(&mut self, effect: Effect, terminal: &mut Terminal) -> color_eyre::Result<Vec<Msg>> {
        let notice = match effect {
            Effect::Weigh(inputs) => {
                self.weigh(*inputs);
                None
            }
            Effect::Check(inputs) => {
                self.check(*inputs);
                None
            }
            Effect::TakeUp { run, way } => return Ok(self.take_up(&run, way)),
            Effect::LetGo => {
                self.new_backend();
                None
            }
            Effect::Run(plan) => self.run(*plan),
            Effect::Go { way, plan } => {
                self.go(way, *plan);
                None
            }
            Effect::Confirm(step) => {
                self.backend.controller.confirm(step);
                None
            }
            Effect::CutShort => {
                self.backend.controller.cut_short();
                None
            }
            Effect::Stop => {
                self.backend.controller.stop();
                None
            }
            Effect::SignIn { side } => {
                let answers = self.model.answers().clone();
                self.sign_in(side, &answers);
                None
            }
            Effect::StopSignIn => {
                self.stop_sign_in();
                None
            }
            Effect::Open { address } => Some(Msg::Notice(browser::open(&address))),
            Effect::Find { sought, answers } => {
                self.find(sought, &answers);
                None
            }
            Effect::CancelFind => {
                self.search = None;
                None
            }
            Effect::Leave => {
                self.leaving = true;
                None
            }
            Effect::Redraw => {
                terminal.forget();
                None
            }
            Effect::Copy { what, text } => Some(self.copy(&what, &text, terminal).await),
            Effect::CopySecret => match self.secret() {
                Some(secret) => {
                    let notice = self.copy("secret", secret.reveal(), terminal).await;
                    self.copied = Some(secret);
                    Some(notice)
                }
                None => None,
            },
            Effect::ClearClipboard => Some(Msg::Notice(match self.clear_clipboard(terminal).await {
                Ok(()) => Notice::good("The secret is no longer in the clipboard."),
                Err(why) => Notice::bad(why),
            })),
            Effect::RevealSecret => self.secret().map(Msg::Secret),
            Effect::SaveSecret { path } => {
                self.secret().map(|secret| saved(SecretFile::reserve(path.trim().as_ref()), &secret))
            }
            Effect::SavePlan { path, text } => Some(Msg::Notice(save_plan(&path, &text))),
        };
        Ok(notice.into_iter().collect())
    }

    /// Copies, and says where it went; where one way does not work, the next one is tried.
    async fn copy(&mut self, what: &str, text: &str, terminal: &mut Terminal) -> Msg {
        loop {
            let way = self.copies_by;
            let done = match clipboard::sequence(way, text) {
                Some(sequence) => terminal.write(&sequence).map_err(|e| e.to_string()),
                None => clipboard::outside(way, text).await,
            };
            match (done, way.otherwise()) {
                (Ok(()), _) => {
                    return Msg::Notice(Notice {
                        text: clipboard::sentence(way, what),
                        good: way != CopyMethod::Nowhere,
                    });
                }
                // What does not work once is not tried again.
                (Err(_), Some(next)) => self.copies_by = next,
                (Err(why), None) => return Msg::Notice(Notice::bad(why)),
            }
        }
    }

    /// Takes the secret out of the clipboard again.
    pub(super) async fn clear_clipboard(&mut self, terminal: &mut Terminal) -> Result<(), String> {
        match (clipboard::clearing_sequence(self.copies_by), self.copied.take()) {
            (Some(sequence), _) => terminal.write(&sequence).map_err(|e| e.to_string()),
            (None, Some(secret)) => clipboard::clear_outside(self.copies_by, secret).await,
            (None, None) => Ok(()),
        }
    }

    /// Returns the secret that the run made.
    fn secret(&self) -> Option<Secret> {
        self.model.run().facts.secret_key().and_then(|key| self.backend.vault.get(key))
    }

    /// Returns what there is to say of a secret that the run learnt of: whether it is at hand, and where it was saved.
    pub(super) fn secret_told_of(&mut self, msg: &Msg) -> Vec<Msg> {
        let Msg::Engine(Entry { event: Event::Learnt { learnt, .. }, .. }) = msg else { return Vec::new() };
        let key = learnt.iter().find(|l| l.fact.is_key_of_secret()).and_then(|l| l.value.parse().ok());
        let Some(key) = key.filter(|key| self.told_of != Some(*key)) else { return Vec::new() };
        self.told_of = Some(key);
        let secret = self.backend.vault.get(key);
        let mut told = vec![Msg::SecretAtHand(secret.is_some())];
        if let Some(secret) = secret {
            told.extend(self.place_for_secret().map(|file| saved(file, &secret)));
        }
        told
    }

    /// Saves the secret of the way back where a file was named for it; says where it is.
    pub(super) fn save_way_back(&self, msg: &Msg) -> Option<Msg> {
        let Msg::Engine(Entry { event: Event::Learnt { learnt, .. }, .. }) = msg else { return None };
        let made = learnt.iter().find(|l| l.fact == Fact::WayBackKey && l.how == Outcome::Created)?;
        let secret = self.backend.vault.get(made.value.parse().ok()?)?;
        let path = self.model.answers().get(Key::WayBackOut)?;
        let saved = SecretFile::reserve_beside(path.as_ref()).and_then(|file| file.save(&secret));
        Some(Msg::Notice(match saved {
            Ok(path) => {
                Notice::good(format!("The secret of the way back is in {}, readable by you alone", path.display()))
            }
            Err(why) => Notice::bad(format!("{why}.")),
        }))
    }

    /// Writes the page for whoever acts elsewhere beside the receipt, where the run asks for one; says where it is.
    pub(super) fn page_of(&self, msg: &Msg) -> Option<Msg> {
        let Msg::Engine(Entry { event: Event::PersonNeeded { page: Some(page), .. }, .. }) = msg else { return None };
        Some(Msg::Notice(match hand_over::write(page, self.receipt.as_ref()?) {
            Ok([markdown, _]) => Notice::good(format!("The page is in {}", markdown.display())),
            Err(why) => Notice::bad(format!("{why}.")),
        }))
    }

    /// Returns where the secret is to be saved at once, if anywhere.
    fn place_for_secret(&self) -> Option<Result<SecretFile, String>> {
        let then = self.model.run().answers.get(Key::SecretOut);
        match (self.is_new(), self.given.get(Key::SecretOut)) {
            (true, _) => self.model.answers().get(Key::SecretOut).map(|path| SecretFile::reserve(path.as_ref())),
            (false, now @ Some(path)) if now != then => Some(SecretFile::reserve(path.as_ref())),
            (false, _) => then.map(|path| SecretFile::reserve_beside(path.as_ref())),
        }
    }
}

/// Saves a secret in the file that was reserved for it, and tells where it is.
fn saved(file: Result<SecretFile, String>, secret: &Secret) -> Msg {
    let saved = file.and_then(|file| file.save(secret));
    let place = saved.map(|path| std::path::absolute(&path).unwrap_or(path).display().to_string());
    Msg::SecretSaved { place: place.map_err(|why| format!("The secret was not saved: {why}.")) }
}

/// Saves the plan in a new file.
fn save_plan(path: &str, text: &str) -> Notice {
    let made = std::fs::OpenOptions::new().write(true).create_new(true).open(path.trim());
    match made.and_then(|mut file| file.write_all(text.as_bytes())) {
        Ok(()) => Notice::good(format!("Saved in {}", path.trim())),
        Err(error) => Notice::bad(format!("{} cannot be written ({error}): name a new file.", path.trim())),
    }
}
