// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Loads one plugin file: the one user of libltdl. Private to core/plugin. [main]
#ifndef PORTRAIT_PLUGIN_LOADER_H
#define PORTRAIT_PLUGIN_LOADER_H

#include <portrait/plugin.h>

#include "error.h"
#include "plugin_file.h"

// Makes libltdl ready: only our loader (all symbols bound at once, none shared) is left in it.
// Callable any number of times.
pt_status loader_init(struct pt_error *err);
// Loads the open file, by its descriptor, so that no other bytes can take its place, and asks it
// for its descriptor, which lives for ever. The file is never unloaded; its descriptor may be
// closed. PT_E_DATA tells why it is no plugin of this ABI.
pt_status loader_open(const struct plugin_file *file, const pt_plugin **out, struct pt_error *err);

#endif
