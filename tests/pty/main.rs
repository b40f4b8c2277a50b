//! The wizard in a terminal: what it draws, takes, leaves behind and gives back, by the real program.

#[cfg(test)]
mod earlier;
#[allow(dead_code, reason = "the stories use the rest")]
#[cfg(test)]
#[path = "../stories/end.rs"]
mod end;
#[cfg(test)]
mod ends;
#[cfg(test)]
mod looks;
#[cfg(test)]
mod redraw;
#[cfg(test)]
mod screens;
#[cfg(test)]
mod secret;
#[cfg(test)]
mod stage;
#[allow(dead_code, reason = "the stories use the rest")]
#[cfg(test)]
#[path = "../stories/story.rs"]
mod story;
#[cfg(test)]
#[path = "../terminal/mod.rs"]
mod terminal;
#[cfg(test)]
mod typing;
#[allow(dead_code, reason = "the stories use the rest")]
#[cfg(test)]
#[path = "../stories/world.rs"]
mod world;
