//! Stories: the real program against the simulated cloud. A story is one scenario and what must be true at its end:
//! the exit code, the words that a person reads, the world, and the requests that were made.

#[cfg(test)]
mod secrets;

#[cfg(test)]
mod abac;
#[cfg(test)]
mod access;
#[cfg(test)]
mod access_beside;
#[cfg(test)]
mod access_close;
#[cfg(test)]
mod access_crowd;
#[cfg(test)]
mod access_identity;
#[cfg(test)]
mod access_named;
#[cfg(test)]
mod access_open;
#[cfg(test)]
mod access_token;
#[cfg(test)]
mod access_who;
#[cfg(test)]
mod admin_account;
#[cfg(test)]
mod adopt;
#[cfg(test)]
mod app_policy;
#[cfg(test)]
mod attach;
#[cfg(test)]
mod azure_cli;
#[cfg(test)]
mod between;
#[cfg(test)]
mod chain;
#[cfg(test)]
mod clouds;
#[cfg(test)]
mod conditions;
#[cfg(test)]
mod connection;
#[cfg(test)]
mod consent;
#[cfg(test)]
mod convert_app;
#[cfg(test)]
mod disk;
#[cfg(test)]
mod failed;
#[cfg(test)]
mod firewall;
#[cfg(test)]
mod hand_over;
#[cfg(test)]
mod happy;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod hosts;
#[cfg(test)]
mod inputs;
#[cfg(test)]
mod kubeconfig;
#[cfg(test)]
mod last_look;
#[cfg(test)]
mod locks;
#[cfg(test)]
mod login;
#[cfg(test)]
mod login_check;
#[cfg(test)]
mod login_faults;
#[cfg(test)]
mod login_helper;
#[cfg(test)]
mod lost;
#[cfg(test)]
mod methods;
#[cfg(test)]
mod names;
#[cfg(test)]
mod needs;
#[cfg(test)]
mod one_run;
#[cfg(test)]
mod others_pull;
#[cfg(test)]
mod patience;
#[cfg(test)]
mod pull;
#[cfg(test)]
mod pull_secret;
#[cfg(test)]
mod refusals;
mod renew;
#[cfg(test)]
mod repository_token;
#[cfg(test)]
mod resume;
#[cfg(test)]
mod rights;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod several;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod stopped;
#[cfg(test)]
mod stream;
#[cfg(test)]
mod undo;
#[cfg(test)]
mod unread;
#[cfg(test)]
mod watching;
#[cfg(test)]
mod way_back;
