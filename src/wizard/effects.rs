//! Effects: what the screens ask of the shell, and what the shell does with a secret by itself.

use std::io::Write as _;
use std::path::Path;

use crosspull_core::event::{Entry, Event};

use crosspull_core::input::Key;
use crosspull_core::names::{Outcome, Verdict};
use crosspull_core::operation::{Fact, Learnt};
use crosspull_core::plan::Plan;
use crosspull_core::secret::Secret;
use crosspull_tui::{Effect, Msg, Notice};

use super::Wizard;
use super::surface::Surface;
use crate::headless::secret_file::{SecretFile, SecretOf, file_of, secrets_of_plan};
use crate::headless::{hand_over, manifest};
use crate::terminal::browser;
use crate::terminal::clipboard::{self, CopyMethod};

impl Wizard {
    /// Does what the screens ask for; returns what there is to tell them.
    pub(super) async fn perform(&mut self, effect: Effect, terminal: &mut dyn Surface) -> color_eyre::Result<Vec<Msg>> {
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
            Effect::SetAside { run, secret } => {
                self.set_aside(&run, secret.as_deref());
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
            Effect::SignIn { side, anew } => {
                if anew {
                    self.former.extend(self.persons.extract_if(.., |(known, ..)| *known == side));
                }
                let answers = self.model.answers().clone();
                self.sign_in(side, &answers);
                None
            }
            Effect::StopSignIn => {
                self.stop_sign_in();
                None
            }
            Effect::EnterRegistry { attempt } => {
                self.enter_registry(attempt);
                None
            }
            Effect::LeaveRegistry => {
                self.leave_registry();
                None
            }
            Effect::GiveSignIn { program } => {
                self.give_sign_in(program);
                None
            }
            Effect::ReadAccess { attempt } => {
                self.read_access(attempt);
                None
            }
            Effect::LeaveAccess => {
                self.leave_access();
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
            Effect::Suspend => {
                let stopped = terminal.suspend();
                stopped.err().map(|why| Msg::Notice(Notice::bad(format!("Not suspended: {why}."))))
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
            Effect::ShowPlain { text } => shown(terminal.show_plain(Secret::new(text.to_string()))),
            Effect::ShowSecretPlain => match self.secret() {
                Some(secret) => shown(terminal.show_plain(secret)),
                None => None,
            },
            Effect::ClearClipboard => Some(Msg::Notice(match self.clear_clipboard(terminal).await {
                // A terminal does not answer.
                Ok(()) if clipboard::clearing_sequence(self.copies_by).is_some() => {
                    Notice::good("Your terminal was told to clear its clipboard.")
                }
                Ok(()) if self.copies_by == CopyMethod::File => {
                    Notice::good("The file for copies is gone, and the secret with it.")
                }
                Ok(()) => Notice::good("The secret is no longer in the clipboard."),
                Err(why) => Notice::bad(why),
            })),
            Effect::RevealSecret => self.secret().map(Msg::Secret),
            Effect::SaveSecret { path } => {
                let reserved = |(of, secret)| (SecretFile::reserve(&file_of(path.trim(), &of)), secret);
                let secrets: Vec<_> = self.secrets().into_iter().map(reserved).collect();
                (!secrets.is_empty()).then(|| self.save(secrets))
            }
            Effect::SaveText { path, text } => Some(Msg::Notice(save_text(&path, &text))),
        };
        Ok(notice.into_iter().collect())
    }

    /// Copies, and says where it went; where one way does not work, the next one is tried.
    async fn copy(&mut self, what: &str, text: &str, terminal: &mut dyn Surface) -> Msg {
        // It is too long for the other ways too.
        if let Err(why) = clipboard::fits(text) {
            // Only the page is ever so long.
            let says = self.model.page_file().map(|place| format!("{}: {place}", why.trim_end_matches('.')));
            return Msg::Notice(Notice::bad(says.unwrap_or(why)));
        }
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
    pub(super) async fn clear_clipboard(&mut self, terminal: &mut dyn Surface) -> Result<(), String> {
        match (clipboard::clearing_sequence(self.copies_by), self.copied.take()) {
            (Some(sequence), _) => terminal.write(&sequence).map_err(|e| e.to_string()),
            (None, Some(secret)) => clipboard::clear_outside(self.copies_by, secret).await,
            (None, None) => Ok(()),
        }
    }

    /// Returns the secret: what signs in to a registry, while somebody is signed in there, else the one that the run made.
    fn secret(&mut self) -> Option<Secret> {
        let of_registry = self.registry_secret();
        of_registry.or_else(|| self.secret_of_run())
    }

    fn secret_of_run(&self) -> Option<Secret> {
        self.model.run().facts.secret_key().and_then(|key| self.backend.vault.get(key))
    }

    /// Returns every secret that the run made, with the registry that it is of where there is one of each; the one that signs in
    /// to a registry alone, while somebody is signed in there.
    fn secrets(&mut self) -> Vec<(SecretOf, Secret)> {
        if let Some(secret) = self.registry_secret() {
            return vec![(None, secret)];
        }
        let run = self.model.run();
        let keys = run.facts.iter().filter(|learnt| learnt.fact.is_key_of_secret());
        let secret =
            |learnt: &Learnt| Some((self.subject(&learnt.fact), self.backend.vault.get(learnt.value.parse().ok()?)?));
        keys.filter_map(secret).collect()
    }

    /// Returns the registry that a secret is of, where the run makes one for each of several.
    fn subject(&self, key: &Fact) -> SecretOf {
        let several = self.model.run().forward_plan().is_some_and(|plan| secrets_of_plan(plan).len() > 1);
        match key {
            Fact::PullKey(registry) if several => Some(registry.clone()),
            _ => None,
        }
    }

    /// Returns what there is to say of a secret that the run learnt of: whether it is at hand, and where it was saved.
    pub(super) fn secret_told_of(&mut self, msg: &Msg) -> Vec<Msg> {
        let Msg::Engine(Entry { event: Event::Learnt { learnt, .. }, .. }) = msg else { return Vec::new() };
        let Some(learnt) = learnt.iter().find(|l| l.fact.is_key_of_secret()) else { return Vec::new() };
        let key = learnt.value.parse().ok().filter(|key| !self.told_of.contains(key));
        let Some(key) = key else { return Vec::new() };
        self.told_of.push(key);
        let secret = self.backend.vault.get(key);
        let mut told = vec![Msg::SecretAtHand(secret.is_some())];
        if let Some(secret) = secret {
            let of = self.subject(&learnt.fact);
            // One that the run removes, or was given, is of no use to anybody in a file.
            let stays = self.model.run().forward_plan().is_none_or(Plan::leaves_secret);
            let place = stays.then(|| self.place_for_secret(&of)).flatten();
            told.extend(place.map(|file| self.save(vec![(file, secret)])));
        }
        told
    }

    /// Saves secrets in the files that were reserved for them, and tells where all are that were saved so far.
    fn save(&mut self, secrets: Vec<(Result<SecretFile, String>, Secret)>) -> Msg {
        // None is saved where one of them has no place.
        let places: Result<Vec<_>, String> =
            secrets.into_iter().map(|(file, secret)| file.map(|file| (file, secret))).collect();
        let saved = places.and_then(|all| {
            all.into_iter().try_for_each(|(file, secret)| {
                let path = file.save(&secret)?.path;
                self.saved_in.push(std::path::absolute(&path).unwrap_or(path).display().to_string());
                Ok(())
            })
        });
        let place = saved.map(|()| self.saved_in.join(", "));
        Msg::SecretSaved { place: place.map_err(|why| format!("The secret was not saved: {why}.")) }
    }

    /// Saves the secret of the way back where a file was named for it; says where it is.
    pub(super) fn save_way_back(&self, msg: &Msg) -> Option<Msg> {
        let Msg::Engine(Entry { event: Event::Learnt { learnt, .. }, .. }) = msg else { return None };
        let made = learnt.iter().find(|l| l.fact == Fact::WayBackKey && l.how == Outcome::Created)?;
        let secret = self.backend.vault.get(made.value.parse().ok()?)?;
        let path = self.model.answers().get(Key::WayBackOut)?;
        let saved = SecretFile::reserve_beside(path.as_ref()).and_then(|file| file.save(&secret));
        Some(Msg::Notice(match saved {
            Ok(saved) => {
                let place = saved.path.display();
                Notice::good(format!("The secret of the way back is in {place}, readable by you alone"))
            }
            Err(why) => Notice::bad(format!("{why}.")),
        }))
    }

    /// Writes the page for whoever acts elsewhere beside the receipt, where the run asks for one; says where it is.
    pub(super) fn page_of(&self, msg: &Msg) -> Option<Msg> {
        let Msg::Engine(Entry { event: Event::PersonNeeded { page: Some(page), .. }, .. }) = msg else { return None };
        Some(match hand_over::write(page, self.receipt.as_ref()?) {
            Ok([markdown, ..]) => Msg::Page(markdown.display().to_string()),
            Err(why) => Msg::Notice(Notice::bad(format!("{why}."))),
        })
    }

    /// Writes the manifests of a run that is done, where a file was asked for; says where they are.
    pub(super) fn manifest_of(&self, msg: &Msg) -> Option<Msg> {
        let Msg::Engine(Entry { event: Event::RunEnded { verdict: Verdict::Done, .. }, .. }) = msg else { return None };
        let run = Some(self.model.run()).filter(|run| !run.is_undoing())?;
        Some(Msg::Notice(match manifest::written(run)? {
            Ok(says) => Notice::good(format!("{says}.")),
            Err(why) => Notice::bad(format!("{why}.")),
        }))
    }

    /// Returns where a secret is to be saved at once, if anywhere.
    fn place_for_secret(&self, of: &SecretOf) -> Option<Result<SecretFile, String>> {
        let then = self.model.run().answers.get(Key::SecretOut);
        let (path, reserve): (_, fn(&Path) -> _) = match (self.model.is_new(), self.given.get(Key::SecretOut)) {
            (true, _) => (self.model.answers().get(Key::SecretOut)?, SecretFile::reserve),
            (false, now @ Some(path)) if now != then => (path, SecretFile::reserve),
            (false, _) => (then?, SecretFile::reserve_beside),
        };
        Some(reserve(&file_of(path, of)))
    }
}

/// Returns what there is to say of a text that was to be shown alone.
fn shown(shown: std::io::Result<()>) -> Option<Msg> {
    shown.err().map(|why| Msg::Notice(Notice::bad(format!("Not shown: {why}."))))
}

/// Saves a text in a new file.
fn save_text(path: &str, text: &str) -> Notice {
    let made = std::fs::OpenOptions::new().write(true).create_new(true).open(path.trim());
    match made.and_then(|mut file| file.write_all(text.as_bytes())) {
        Ok(()) => Notice::good(format!("Saved in {}", path.trim())),
        Err(error) => Notice::bad(format!("{} cannot be written ({error}): name a new file.", path.trim())),
    }
}
