// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// An instance of a source or sink, wherever its code runs: use this instead of the vtable's create.
#ifndef PORTRAIT_PLUGIN_COMPONENT_H
#define PORTRAIT_PLUGIN_COMPONENT_H

#include "registry.h"

// `config` is the filled struct of its options and outlives the instance. All later calls go
// through component->vtable. [main]
pt_status component_create(const struct component_info *component, const pt_host *host,
                           const void *config, void **self, struct pt_error *err);
// From now on it runs in another process through `proxy`, which outlives it. Not for models.
void component_isolate(struct component_info *component, const struct component_proxy *proxy);

#endif
