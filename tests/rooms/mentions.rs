//! The declarations and mentions of a file of Rust: its modules, its names, and every path that leads out of it.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Ident, Item, Meta, Token, UseTree, punctuated::Punctuated};

/// The declarations and mentions of one module. A module that stands inside a file is one of its own.
#[derive(Debug, Default)]
pub struct Said {
    /// The path of the module. Empty for the root of the crate.
    pub module: Vec<String>,
    /// Modules in files of their own.
    pub declared: Vec<String>,
    /// Names that `use` brings in, each with the path that it stands for.
    pub names: Vec<(String, Vec<String>)>,
    /// Paths of which everything is brought in.
    pub globs: Vec<Vec<String>>,
    /// Names of types, functions and the like that are defined here.
    pub items: Vec<String>,
    /// Every path that is mentioned, and its line.
    pub mentions: Vec<Mention>,
}

/// A path in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The line in the file.
    pub line: usize,
    /// The path as it is written, without what `use` renames it to.
    pub path: Vec<String>,
    /// True where the path stands in a `use`.
    pub imports: bool,
}

/// Reads a file: what its own module says, and the modules that stand inside it. Nothing that is for tests alone counts.
pub fn read(module: &[String], text: &str) -> syn::Result<Vec<Said>> {
    let file = syn::parse_file(text)?;
    let mut reader = Reader { said: vec![Said { module: module.to_vec(), ..Said::default() }], now: 0, depth: 0 };
    reader.visit_file(&file);
    Ok(reader.said)
}

struct Reader {
    said: Vec<Said>,
    /// The module that is being read.
    now: usize,
    /// The number of bodies of functions around this place. Names that are brought in there are not the module's.
    depth: usize,
}

impl Reader {
    fn now(&mut self) -> &mut Said {
        &mut self.said[self.now]
    }

    fn mention(&mut self, line: usize, path: Vec<String>, imports: bool) {
        self.now().mentions.push(Mention { line, path, imports });
    }

    /// Takes in one branch of a `use`.
    fn used(&mut self, tree: &UseTree, before: &[String]) {
        let with = |name: &Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(part) => self.used(&part.tree, &with(&part.ident)),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.used(tree, before)),
            UseTree::Glob(glob) => {
                self.mention(glob.star_token.spans[0].start().line, before.to_vec(), true);
                if self.depth == 0 {
                    self.now().globs.push(before.to_vec());
                }
            }
            UseTree::Name(name) if name.ident == "self" => self.named(&name.ident, before.to_vec(), before.last()),
            UseTree::Name(name) => self.named(&name.ident, with(&name.ident), Some(&name.ident.to_string())),
            UseTree::Rename(name) => {
                let path = if name.ident == "self" { before.to_vec() } else { with(&name.ident) };
                self.named(&name.ident, path, Some(&name.rename.to_string()));
            }
        }
    }

    fn named(&mut self, at: &Ident, path: Vec<String>, name: Option<&String>) {
        self.mention(at.span().start().line, path.clone(), true);
        if let Some(name) = name.filter(|_| self.depth == 0) {
            self.now().names.push((name.clone(), path));
        }
    }

    /// Takes in the paths among tokens that nobody has parsed: the arguments of a macro.
    fn tokens(&mut self, tokens: TokenStream) {
        let (mut path, mut line, mut colons) = (Vec::new(), 0, 0);
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.ends(&mut path, line);
                        line = ident.span().start().line;
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' && !path.is_empty() => colons += 1,
                other => {
                    self.ends(&mut path, line);
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.tokens(group.stream());
                    }
                }
            }
        }
        self.ends(&mut path, line);
    }

    fn ends(&mut self, path: &mut Vec<String>, line: usize) {
        if path.len() > 1 {
            self.mention(line, std::mem::take(path), false);
        }
        path.clear();
    }
}

impl<'a> Visit<'a> for Reader {
    fn visit_item(&mut self, item: &'a Item) {
        if attributes(item).iter().any(is_for_tests) {
            return;
        }
        if self.depth == 0 {
            let name = name(item).map(ToString::to_string);
            self.now().items.extend(name);
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, module: &'a syn::ItemMod) {
        let name = module.ident.to_string();
        let Some((_, items)) = &module.content else {
            self.now().declared.push(name);
            return;
        };
        let outside = (self.now, self.depth);
        let module = [&self.now().module[..], &[name]].concat();
        self.said.push(Said { module, ..Said::default() });
        (self.now, self.depth) = (self.said.len() - 1, 0);
        items.iter().for_each(|item| self.visit_item(item));
        (self.now, self.depth) = outside;
    }

    fn visit_impl_item(&mut self, item: &'a syn::ImplItem) {
        let for_tests = matches!(item, syn::ImplItem::Fn(f) if f.attrs.iter().any(is_for_tests));
        if !for_tests {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_block(&mut self, block: &'a syn::Block) {
        self.depth += 1;
        visit::visit_block(self, block);
        self.depth -= 1;
    }

    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        if item.leading_colon.is_none() {
            self.used(&item.tree, &[]);
        }
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        if path.leading_colon.is_none() && path.segments.len() > 1 {
            let first = &path.segments[0];
            let parts = path.segments.iter().map(|part| part.ident.to_string()).collect();
            self.mention(first.ident.span().start().line, parts, false);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invoked: &'a syn::Macro) {
        visit::visit_macro(self, invoked);
        self.tokens(invoked.tokens.clone());
    }

    fn visit_vis_restricted(&mut self, _: &'a syn::VisRestricted) {
        // `pub(in crate::plan)` says who may see it and needs nobody.
    }
}

/// True for something that exists in tests alone: `#[test]`, or a `cfg` that no build without tests meets.
fn is_for_tests(attribute: &Attribute) -> bool {
    let path = attribute.path();
    path.is_ident("test") || (path.is_ident("cfg") && attribute.parse_args().is_ok_and(|when: Meta| needs_test(&when)))
}

fn needs_test(when: &Meta) -> bool {
    let Meta::List(list) = when else { return when.path().is_ident("test") };
    let Ok(parts) = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) else { return false };
    match list.path.get_ident() {
        Some(word) if word == "all" => parts.iter().any(needs_test),
        Some(word) if word == "any" => !parts.is_empty() && parts.iter().all(needs_test),
        _ => false,
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn name(item: &Item) -> Option<&Ident> {
    match item {
        Item::Const(item) => Some(&item.ident),
        Item::Enum(item) => Some(&item.ident),
        Item::Fn(item) => Some(&item.sig.ident),
        Item::Macro(item) => item.ident.as_ref(),
        Item::Static(item) => Some(&item.ident),
        Item::Struct(item) => Some(&item.ident),
        Item::Trait(item) => Some(&item.ident),
        Item::Type(item) => Some(&item.ident),
        _ => None,
    }
}
