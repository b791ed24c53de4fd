// The sign-in view: choose one of the organisation's active users. A stand-in asks for no password.

import { activeUsers, signIn } from '/page/api.js';
import { fill, h } from '/page/dom.js';
import { initials } from '/page/format.js';

export function showSignIn(main, signedIn) {
  document.title = 'Sign in · Stand-in CRM';
  const problem = h('p', { class: 'problem', role: 'alert', hidden: true });
  const find = h('input', { id: 'find-user', type: 'search', autocomplete: 'off', placeholder: 'Name or e-mail address' });
  const list = h('ul', { class: 'people', 'aria-label': 'Users' });
  let users = [];

  const choose = async (user) => {
    problem.hidden = true;
    try {
      await signIn(user.username);
      signedIn();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  };
  const draw = () => {
    const wanted = find.value.trim().toLowerCase();
    const found = users.filter((user) => `${user.name} ${user.username} ${user.title ?? ''}`.toLowerCase().includes(wanted));
    fill(list, found.map((user) => h('li', {}, h('button', { type: 'button', class: 'person', onclick: () => choose(user) },
      h('span', { class: 'avatar', 'aria-hidden': 'true' }, initials(user.name)),
      h('span', { class: 'person-name' }, h('strong', {}, user.name), h('small', {}, [user.title, user.username].filter(Boolean).join(' · ')))))));
    if (found.length === 0) fill(list, h('li', { class: 'muted' }, users.length === 0 ? 'No users yet.' : 'Nobody matches.'));
  };
  find.addEventListener('input', draw);

  fill(main, h('section', { class: 'sign-in card', 'aria-labelledby': 'sign-in-title' },
    h('h1', { id: 'sign-in-title' }, 'Sign in'),
    h('p', { class: 'muted' }, 'Choose who you are. A stand-in has no passwords.'),
    h('label', { for: 'find-user' }, 'Find a user'), find, problem, list));

  activeUsers().then((answer) => {
    users = answer;
    draw();
    find.focus();
  }, (error) => {
    problem.textContent = error.message;
    problem.hidden = false;
  });
  return () => {};
}
