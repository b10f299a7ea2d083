"""A pupil runs one notebook at a time: the memory of a class's server is planned for that.

Jupyter has no setting for it. The next one is refused in words; closing a tab stops its kernel
(kernelShutdown in jupyterhub_config.py), so the way on is to close the other tab.
"""

import asyncio
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

WAIT = 30  # tenths of a second; the kernel of a tab just closed may still be ending
REFUSED = "One notebook runs at a time. Close the tab of the other one, then open this one again."


class OneKernel(AsyncMappingKernelManager):
    """The kernels of one pupil's server, of which there is never more than one."""

    one_by_one = asyncio.Lock()

    async def start_kernel(self, *args: Any, **kwargs: Any) -> str:
        """The id of a new kernel. RuntimeError, which JupyterLab shows, while there is another."""
        async with self.one_by_one:
            for _ in range(WAIT):
                if not self.list_kernel_ids():
                    return str(await super().start_kernel(*args, **kwargs))
                await asyncio.sleep(0.1)
        raise RuntimeError(REFUSED)
