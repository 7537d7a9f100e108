// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A plugin's descriptor checked and copied into memory of the host. Private to core/plugin.
#ifndef PORTRAIT_PLUGIN_DESCRIPTOR_H
#define PORTRAIT_PLUGIN_DESCRIPTOR_H

#include "registry.h"

// Fills what `out` says of the plugin (path, sha256 and trust stay untouched); everything it points
// to is in the arena, but for the functions. PT_E_UNSUPPORTED when plugin and host do not fit,
// PT_E_DATA when the plugin breaks the rules of the ABI; then nothing of `out` is changed.
pt_status descriptor_copy(const pt_plugin *in, struct arena *arena, struct plugin_info *out,
                          struct pt_error *err);

#endif
