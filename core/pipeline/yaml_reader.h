// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// YAML to positioned nodes, by libyaml (its one user), with limits against hostile files: at most
// 1 MiB, depth 64, 50,000 nodes after aliases; no duplicate keys, cyclic aliases, tags or second
// documents.
#ifndef PORTRAIT_PIPELINE_YAML_READER_H
#define PORTRAIT_PIPELINE_YAML_READER_H

#include "diag.h"

#define YAML_BYTES_MAX ((size_t)1 << 20)
#define YAML_DEPTH_MAX 64
#define YAML_NODES_MAX 50000

// Parses `source` (the text of `file`, both borrowed for the nodes' life) into `arena`. Faults go
// to `diags` (P0002 to P0008) and PT_E_CONFIG is returned; then *out is NULL, unless keys that
// stand twice are all that is wrong: the first of each is kept, so that more can be found. An empty
// document is a NODE_NULL.
pt_status yaml_read(struct arena *arena, const char *file, struct text source, struct diags *diags,
                    struct node **out);

#endif
