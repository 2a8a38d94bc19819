// Starts the page's scripts. One observer tells all of them that the page changed; it runs after
// React's commit and before the browser paints. The order matters: what arrived leaves the outbox
// first, then the reader's place is kept.

import * as actions from "./actions.js";
import * as address from "./address.js";
import * as announce from "./announce.js";
import * as assistant from "./assistant.js";
import * as avatar from "./avatar.js";
import * as composer from "./composer.js";
import * as drafts from "./drafts.js";
import * as following from "./following.js";
import * as heat from "./heat.js";
import { fitKeyboard } from "./keyboard.js";
import * as keys from "./keys.js";
import * as lightbox from "./lightbox.js";
import * as menus from "./menus.js";
import * as moderation from "./moderation.js";
import * as notices from "./notices.js";
import * as outbox from "./outbox.js";
import * as refreshing from "./refreshing.js";
import * as search from "./search.js";
import * as slow from "./slow.js";
import * as switcher from "./switcher.js";
import * as thread from "./thread.js";
import * as timeline from "./timeline.js";
import * as uploads from "./uploads.js";
import * as visits from "./visits.js";

const WATCHED = [
  "log", "thread", "target", "latest", "has-older", "has-newer", "reply-to", "me", "visit", "member",
  "listed-for", "offers", "newest", "count", "allow-notices", "draft-of", "draft-at", "address", "slow",
  "answers", "asked", "outcome", "refused", "tip",
];

function sync() {
  outbox.sync();
  composer.sync();
  uploads.sync();
  timeline.sync();
  thread.sync();
  announce.sync();
  assistant.sync();
  search.sync();
  switcher.sync();
  slow.sync();
  following.sync();
  heat.sync();
  menus.sync();
  moderation.sync();
  address.sync();
  notices.sync();
  visits.sync();
}

actions.start();
announce.start();
assistant.start();
avatar.start();
composer.start();
drafts.start();
following.start();
heat.start();
menus.start();
moderation.start();
notices.start();
keys.start();
lightbox.start();
refreshing.start();
switcher.start();
uploads.start();
thread.start();
visits.start();
fitKeyboard();
new MutationObserver(sync).observe(document, {
  childList: true,
  subtree: true,
  attributes: true,
  attributeFilter: WATCHED.map((name) => `data-${name}`),
});
sync();
