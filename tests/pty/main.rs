//! The wizard in a terminal: what it draws, takes, leaves behind and gives back, by the real program.

#[cfg(test)]
mod access;
#[cfg(test)]
mod aloud;
#[cfg(test)]
mod asked;
#[cfg(test)]
mod background;
#[cfg(test)]
mod bytes;
#[cfg(test)]
mod earlier;
#[cfg(test)]
mod ends;
#[cfg(test)]
mod held;
#[cfg(test)]
mod looks;
#[cfg(test)]
mod redraw;
#[cfg(test)]
mod registry;
#[cfg(test)]
mod screens;
#[cfg(test)]
mod secret;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod suspended;
#[cfg(test)]
mod talk;
#[cfg(test)]
mod typing;
