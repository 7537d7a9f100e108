// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The version of Portrait; the build reads it from here.
#ifndef PORTRAIT_BASE_VERSION_H
#define PORTRAIT_BASE_VERSION_H

#define PORTRAIT_VERSION "0.1.0"

#endif
