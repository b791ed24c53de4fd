//! The login page's markup: plain HTML that works without scripts.

use std::collections::BTreeMap;

use crate::crm::xml::escaped;

/// Somebody who can log in.
pub(super) struct Person {
    pub(super) username: String,
    pub(super) name: String,
    pub(super) title: Option<String>,
    pub(super) role: Option<String>,
    pub(super) profile: String,
}

/// What the page shows.
pub(super) struct Page<'a> {
    /// The request's parameters, some of which go with the form.
    pub(super) asked: &'a BTreeMap<String, String>,
    pub(super) username: &'a str,
    /// Why the last try failed.
    pub(super) problem: Option<&'a str>,
    pub(super) people: &'a [Person],
}

/// Parameters that the form sends on.
const CARRIED: [&str; 6] = ["client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method", "scope"];

pub(super) fn render(page: &Page<'_>) -> String {
    let carried: Vec<(&str, &String)> =
        CARRIED.iter().filter_map(|name| page.asked.get(*name).map(|value| (*name, value))).collect();
    let hidden: String = carried
        .iter()
        .map(|(name, value)| format!(r#"<input type="hidden" name="{name}" value="{}">"#, escaped(value)))
        .collect();
    let problem = page
        .problem
        .map(|text| format!(r#"<p class="problem" id="problem" role="alert">{}</p>"#, escaped(text)))
        .unwrap_or_default();
    let described = if page.problem.is_some() { r#" aria-describedby="problem" aria-invalid="true""# } else { "" };
    // The caret stands where the next word belongs.
    let (name_focus, password_focus) = if page.username.is_empty() { (" autofocus", "") } else { ("", " autofocus") };
    let people: String = page.people.iter().map(|person| row(person, &carried)).collect();
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>Log in · Stand-in CRM</title>
  <link rel="icon" href="/favicon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/page/style.css">
</head>
<body>
  <p class="stand-in" role="note"><strong>Stand-in CRM – not Salesforce.</strong> It speaks Salesforce's OAuth on this machine, for development and tests.</p>
  <main id="main">
    <section class="sign-in card" aria-labelledby="title">
      <h1 id="title">Log in</h1>
      <p class="muted">An app asks to act in the CRM in your name. Logging in lets it.</p>
      {problem}
      <form method="post" class="stack">
        {hidden}
        <div class="field"><label for="username">Username</label><input id="username" name="username" value="{username}" autocomplete="username" autocapitalize="none" spellcheck="false" required{name_focus}{described}></div>
        <div class="field"><label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required{password_focus}{described}></div>
        <div class="actions"><button type="submit" class="primary">Log in and allow</button></div>
      </form>
      <h2>Users of this organisation</h2>
      <p class="muted">Choosing one fills in the username. Who was given no password of their own has the local system's: <code>crm.password</code> in <code>.revloops/endpoints.json</code>.</p>
      <ul class="people">{people}</ul>
    </section>
  </main>
</body>
</html>"#,
        username = escaped(page.username),
    )
}

/// One user, as a link to this page with their name filled in.
fn row(person: &Person, carried: &[(&str, &String)]) -> String {
    let mut address = url::form_urlencoded::Serializer::new(String::from("?"));
    address.append_pair("response_type", "code");
    for (name, value) in carried {
        address.append_pair(name, value);
    }
    address.append_pair("login_hint", &person.username);
    let what: Vec<&str> = [person.title.as_deref(), person.role.as_deref(), Some(person.profile.as_str())]
        .into_iter()
        .flatten()
        .filter(|text| !text.is_empty())
        .collect();
    let initials: String = person.name.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect();
    format!(
        r#"<li><a class="person" href="{}"><span class="avatar" aria-hidden="true">{}</span><span class="person-name"><strong>{}</strong><small>{} · {}</small></span></a></li>"#,
        escaped(&address.finish()),
        escaped(&initials),
        escaped(&person.name),
        escaped(&what.join(" · ")),
        escaped(&person.username),
    )
}
