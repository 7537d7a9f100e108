// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Secrets: $CREDENTIALS_DIRECTORY (systemd credentials) first, then the secrets folder. A name is
// [A-Za-z0-9_.-]+ without a leading dot. A file open to group or others is refused (0077), and one
// of another user than us or root. Among systemd credentials group-read is allowed: that bit is the
// mask of the access list by which systemd lets the service in.
#ifndef PORTRAIT_IO_SECRET_H
#define PORTRAIT_IO_SECRET_H

#include "error.h"
#include "text.h"

// Reads secret `name` (one trailing newline cut, at most 64 KiB). `folder` may be NULL. The text is
// appended to `out`; zero it with secret_wipe. PT_E_NOT_FOUND names both places looked at;
// PT_E_DENIED: open to others; PT_E_DATA: empty; PT_E_LIMIT: too long; PT_E_INVALID: no such name.
pt_status secret_read(const char *folder, const char *name, struct str *out, struct pt_error *err);
void secret_wipe(struct str *s); // zeroes and releases

#endif
