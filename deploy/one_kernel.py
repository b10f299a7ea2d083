"""A pupil runs one notebook at a time: opening the next one stops the kernel of the last.

Jupyter has no setting for it. Nothing written is lost: the notebook's file stays as it was saved.
"""

from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager


class OneKernel(AsyncMappingKernelManager):
    """The kernels of one pupil's server, of which there is never more than one."""

    async def start_kernel(self, *args: Any, **kwargs: Any) -> str:
        """Stop any other kernel, then start; returns the new kernel's id."""
        for other in self.list_kernel_ids():
            await self.shutdown_kernel(other)
        return str(await super().start_kernel(*args, **kwargs))
