/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * All of libmcpsession: #include <mcpsession.h>
 */
#include "mcp-daemon-session.h"
#include "mcp-daemon.h"
#include "mcp-progress.h"
#include "mcp-tool-call.h"
#include "mcp-tool-provider.h"
