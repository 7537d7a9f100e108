// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Lines of the delivery journal: written, read back and applied to the store's items.
#ifndef PORTRAIT_CAMPAIGN_DELIVERY_JOURNAL_H
#define PORTRAIT_CAMPAIGN_DELIVERY_JOURNAL_H

#include "delivery_store.h"

// One line, with its line break. False when memory is out.
bool delivery_journal_format(const struct delivery_store *s, const struct delivery_event *event,
                             struct str *out);
// Changes the item (or the receiver's state) as the event says; one more attempt of the item.
void delivery_journal_apply(struct delivery_store *s, const struct delivery_event *event);
// Applies all lines of a journal. *whole = bytes up to the end of the last finished line.
pt_status delivery_journal_replay(struct delivery_store *s, struct text all, size_t *whole,
                                  struct pt_error *err);

#endif
